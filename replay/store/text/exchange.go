package text

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// The forms of an exchange and of its parts. They change only by additions.
type (
	exchange struct {
		ID        string        `json:"id"`
		Sum       string        `json:"sum"`
		Start     time.Time     `json:"start"`
		FirstByte time.Duration `json:"first_byte_ns,omitempty"`
		Total     time.Duration `json:"total_ns,omitempty"`
		Attempt   int           `json:"attempt,omitempty"`
		Route     string        `json:"route,omitempty"`
		Broken    bool          `json:"incomplete,omitempty"`
		Masked    bool          `json:"masked,omitempty"`
		Identity  string        `json:"identity,omitempty"`
		Secrets   string        `json:"secrets,omitempty"`
		Request   request       `json:"request"`
		Response  *response     `json:"response,omitempty"`
		Fault     *fault        `json:"fault,omitempty"`
	}
	request struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Host    string      `json:"host,omitempty"`
		Header  http.Header `json:"header,omitempty"`
		Body    *body       `json:"body,omitempty"`
		Size    int64       `json:"body_size,omitempty"`
		BodySum string      `json:"body_sha256,omitempty"`
	}
	response struct {
		Status       string      `json:"status"`
		Code         int         `json:"code"`
		Proto        string      `json:"proto"`
		Header       http.Header `json:"header,omitempty"`
		Trailer      http.Header `json:"trailer,omitempty"`
		Body         *body       `json:"body,omitempty"`
		NoBody       bool        `json:"no_body,omitempty"`
		Length       int64       `json:"content_length"`
		Transfer     []string    `json:"transfer_encoding,omitempty"`
		Uncompressed bool        `json:"uncompressed,omitempty"`
		Close        bool        `json:"close,omitempty"`
	}
	fault struct {
		Text    string          `json:"text"`
		Kind    store.FaultKind `json:"kind,omitempty"`
		Timeout bool            `json:"timeout,omitempty"`
	}
)

func exchangeOf(x *store.Exchange) exchange {
	e := exchange{
		ID: strconv.FormatUint(uint64(x.ID), 10), Sum: hex.EncodeToString(x.Key.Sum[:]), Start: x.Start.UTC(),
		FirstByte: x.FirstByte, Total: x.Total, Attempt: x.Attempt, Route: x.Route, Broken: !x.Complete, Masked: x.Masked,
		Identity: hex.EncodeToString(x.Identity), Secrets: hex.EncodeToString(x.Secrets),
		Request: request{
			Method: x.Request.Method, URL: x.Request.URL, Host: x.Request.Host, Header: x.Request.Header,
			Body: bodyOf(x.Request.Body), Size: x.Request.BodySize, BodySum: hex.EncodeToString(x.Request.BodySum),
		},
	}
	if r := x.Response; r != nil {
		e.Response = &response{
			Status: r.Status, Code: r.StatusCode, Proto: r.Proto, Header: r.Header, Trailer: r.Trailer,
			Body: bodyOf(r.Body), NoBody: r.NoBody, Length: r.ContentLength,
			Transfer: r.TransferEncoding, Uncompressed: r.Uncompressed, Close: r.Close,
		}
	}
	if f := x.Fault; f != nil {
		e.Fault = &fault{Text: f.Text, Kind: f.Kind, Timeout: f.IsTimeout}
	}
	return e
}

// decode returns the exchange; its errors name the member that cannot be read.
func (e *exchange) decode() (*store.Exchange, error) {
	id, err := strconv.ParseUint(e.ID, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	x := &store.Exchange{
		ID: store.ID(id), Start: e.Start, FirstByte: e.FirstByte, Total: e.Total, Attempt: e.Attempt,
		Route: e.Route, Complete: !e.Broken, Masked: e.Masked,
	}
	if x.Identity, err = hash(e.Identity); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if x.Secrets, err = hash(e.Secrets); err != nil {
		return nil, fmt.Errorf("secrets: %w", err)
	}
	if x.Request, err = e.Request.decode(); err != nil {
		return nil, err
	}
	x.Key = store.KeyOf(x.Request.Method, x.Request.ParseURL())
	if n, err := hex.Decode(x.Key.Sum[:], fmt.Appendf(nil, "%.64s", e.Sum)); err != nil || n != len(x.Key.Sum) {
		return nil, fmt.Errorf("sum of %d bytes, want %d", n, len(x.Key.Sum))
	}
	if e.Response != nil {
		if x.Response, err = e.Response.decode(); err != nil {
			return nil, err
		}
	}
	if f := e.Fault; f != nil {
		x.Fault = &store.Fault{Text: f.Text, Kind: f.Kind, IsTimeout: f.Timeout}
	}
	if x.Response == nil && x.Fault == nil {
		return nil, errors.New("neither a response nor a fault")
	}
	return x, nil
}

// hash returns a keyed hash, nil for none.
func hash(s string) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(s)
	if err == nil && len(b) != store.IdentitySize {
		err = fmt.Errorf("%d bytes, want %d", len(b), store.IdentitySize)
	}
	return b, err
}

func (r *request) decode() (store.Request, error) {
	out := store.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: r.Header, BodySize: r.Size}
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

func (r *response) decode() (*store.Response, error) {
	b, err := r.Body.bytes()
	if err != nil {
		return nil, fmt.Errorf("response body: %w", err)
	}
	return &store.Response{
		Status: r.Status, StatusCode: r.Code, Proto: r.Proto, Header: r.Header, Trailer: r.Trailer, Body: b,
		NoBody: r.NoBody, ContentLength: r.Length, TransferEncoding: r.Transfer,
		Uncompressed: r.Uncompressed, Close: r.Close,
	}, nil
}
