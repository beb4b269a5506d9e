package text

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// The forms of schema 1, which is only read.
type (
	exchange1 struct {
		ID        string        `json:"id"`
		Sum       string        `json:"sum"` // ignored
		Start     time.Time     `json:"start"`
		FirstByte time.Duration `json:"first_byte_ns"`
		Total     time.Duration `json:"total_ns"`
		Attempt   int           `json:"attempt"`
		Route     string        `json:"route"`
		Broken    bool          `json:"incomplete"`
		Masked    bool          `json:"masked"`
		Identity  string        `json:"identity"`
		Secrets   string        `json:"secrets"`
		Request   request1      `json:"request"`
		Response  *response1    `json:"response"`
		Fault     *fault        `json:"fault"`
	}
	request1 struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Host    string      `json:"host"`
		Header  http.Header `json:"header"`
		Body    *body1      `json:"body"`
		Size    int64       `json:"body_size"`
		BodySum string      `json:"body_sha256"`
	}
	response1 struct {
		Status       string      `json:"status"`
		Code         int         `json:"code"`
		Proto        string      `json:"proto"`
		Header       http.Header `json:"header"`
		Trailer      http.Header `json:"trailer"`
		Body         *body1      `json:"body"`
		NoBody       bool        `json:"no_body"`
		Length       int64       `json:"content_length"`
		Transfer     []string    `json:"transfer_encoding"`
		Uncompressed bool        `json:"uncompressed"`
		Close        bool        `json:"close"`
	}
	body1 struct {
		JSON   json.RawMessage `json:"json"`
		Tail   string          `json:"tail"`
		Lines  []string        `json:"lines"`
		Base64 string          `json:"base64"`
	}
)

func decode1(raw []byte) (*store.Exchange, error) {
	var e exchange1
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	x, err := e.decode()
	if err == nil {
		x.Key = sumOf(x)
	}
	return x, err
}

// decode returns the exchange. Its errors name the member that cannot be read.
func (e *exchange1) decode() (*store.Exchange, error) {
	id, err := strconv.ParseUint(e.ID, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	x := &store.Exchange{
		ID: store.ID(id), Start: e.Start, FirstByte: e.FirstByte, Total: e.Total, Attempt: e.Attempt,
		Route: e.Route, Complete: !e.Broken, Masked: e.Masked,
	}
	if x.Identity, err = hashBytes(e.Identity); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if x.Secrets, err = hashBytes(e.Secrets); err != nil {
		return nil, fmt.Errorf("secrets: %w", err)
	}
	if x.Request, err = e.Request.decode(); err != nil {
		return nil, err
	}
	if f := e.Fault; f != nil {
		x.Fault = &store.Fault{Text: f.Text, Kind: f.Kind, IsTimeout: f.Timeout}
	}
	if r := e.Response; r != nil {
		if r.Code == 0 {
			return nil, errors.New("response: code is missing")
		}
		b, err := r.Body.bytes()
		if err != nil {
			return nil, fmt.Errorf("response body: %w", err)
		}
		x.Response = &store.Response{
			Status: r.Status, StatusCode: r.Code, Proto: r.Proto, Header: r.Header, Trailer: r.Trailer, Body: b,
			NoBody: r.NoBody, ContentLength: r.Length, TransferEncoding: r.Transfer,
			Uncompressed: r.Uncompressed, Close: r.Close,
		}
		if x.Complete && x.Fault == nil {
			fitLength(x.Response)
		}
	}
	if x.Response == nil && x.Fault == nil {
		return nil, errors.New("neither a response nor a fault")
	}
	return x, nil
}

func (r *request1) decode() (store.Request, error) {
	out := store.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: r.Header, BodySize: r.Size}
	if r.URL == "" {
		return out, errors.New("request: url is missing")
	}
	var err error
	if out.Body, err = r.Body.bytes(); err != nil {
		return out, fmt.Errorf("request body: %w", err)
	}
	if r.BodySum != "" {
		if out.BodySum, err = hex.DecodeString(r.BodySum); err != nil {
			return out, fmt.Errorf("body_sha256: %w", err)
		}
	}
	return out, nil
}

// bytes returns the original body, or nil if there is none.
func (f *body1) bytes() ([]byte, error) {
	switch {
	case f == nil:
		return nil, nil
	case f.JSON != nil:
		var b bytes.Buffer
		if err := json.Compact(&b, f.JSON); err != nil {
			return nil, err
		}
		b.WriteString(f.Tail)
		return b.Bytes(), nil
	case f.Base64 != "":
		return base64.StdEncoding.DecodeString(f.Base64)
	}
	return []byte(strings.Join(f.Lines, "\n")), nil
}
