package replay

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The forms of a text tape. They change only by additions.
type (
	textExchange struct {
		ID        string        `json:"id"`
		Sum       string        `json:"sum"`
		Start     time.Time     `json:"start"`
		FirstByte time.Duration `json:"first_byte_ns,omitempty"`
		Total     time.Duration `json:"total_ns,omitempty"`
		Attempt   int           `json:"attempt,omitempty"`
		Route     string        `json:"route,omitempty"`
		Broken    bool          `json:"incomplete,omitempty"`
		Request   textRequest   `json:"request"`
		Response  *textResponse `json:"response,omitempty"`
		Fault     *textFault    `json:"fault,omitempty"`
	}
	textRequest struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Host    string      `json:"host,omitempty"`
		Header  http.Header `json:"header,omitempty"`
		Body    *textBody   `json:"body,omitempty"`
		Size    int64       `json:"body_size,omitempty"`
		BodySum string      `json:"body_sha256,omitempty"`
	}
	textResponse struct {
		Status       string      `json:"status"`
		Code         int         `json:"code"`
		Proto        string      `json:"proto"`
		Header       http.Header `json:"header,omitempty"`
		Trailer      http.Header `json:"trailer,omitempty"`
		Body         *textBody   `json:"body,omitempty"`
		NoBody       bool        `json:"no_body,omitempty"`
		Length       int64       `json:"content_length"`
		Transfer     []string    `json:"transfer_encoding,omitempty"`
		Uncompressed bool        `json:"uncompressed,omitempty"`
		Close        bool        `json:"close,omitempty"`
	}
	textFault struct {
		Text    string    `json:"text"`
		Kind    FaultKind `json:"kind,omitempty"`
		Timeout bool      `json:"timeout,omitempty"`
	}
	// textBody has one of its fields: JSON that was written without spaces as
	// JSON, text as lines that are joined by a line feed, all else as base64.
	textBody struct {
		JSON   json.RawMessage `json:"json,omitempty"`
		Tail   string          `json:"tail,omitempty"` // white space after the JSON
		Lines  []string        `json:"lines,omitempty"`
		Base64 string          `json:"base64,omitempty"`
	}
)

func textOf(x *Exchange) textExchange {
	t := textExchange{
		ID: strconv.FormatUint(uint64(x.ID), 10), Sum: hex.EncodeToString(x.Key.Sum[:]), Start: x.Start.UTC(),
		FirstByte: x.FirstByte, Total: x.Total, Attempt: x.Attempt, Route: x.Route, Broken: !x.Complete,
		Request: textRequest{
			Method: x.Request.Method, URL: x.Request.URL, Host: x.Request.Host, Header: x.Request.Header,
			Body: textBodyOf(x.Request.Body), Size: x.Request.BodySize, BodySum: hex.EncodeToString(x.Request.BodySum),
		},
	}
	if r := x.Response; r != nil {
		t.Response = &textResponse{
			Status: r.Status, Code: r.StatusCode, Proto: r.Proto, Header: r.Header, Trailer: r.Trailer,
			Body: textBodyOf(r.Body), NoBody: r.NoBody, Length: r.ContentLength,
			Transfer: r.TransferEncoding, Uncompressed: r.Uncompressed, Close: r.Close,
		}
	}
	if f := x.Fault; f != nil {
		t.Fault = &textFault{f.Text, f.Kind, f.IsTimeout}
	}
	return t
}

func (t *textExchange) exchange() (*Exchange, error) {
	id, err := strconv.ParseUint(t.ID, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	x := &Exchange{
		ID: ID(id), Start: t.Start, FirstByte: t.FirstByte, Total: t.Total, Attempt: t.Attempt,
		Route: t.Route, Complete: !t.Broken,
		Request: Request{
			Method: t.Request.Method, URL: t.Request.URL, Host: t.Request.Host, Header: t.Request.Header,
			BodySize: t.Request.Size,
		},
	}
	if x.Request.Body, err = t.Request.Body.bytes(); err != nil {
		return nil, fmt.Errorf("request body: %w", err)
	}
	if t.Request.BodySum != "" {
		if x.Request.BodySum, err = hex.DecodeString(t.Request.BodySum); err != nil {
			return nil, fmt.Errorf("body_sha256: %w", err)
		}
	}
	_, x.Key = x.Request.place()
	if n, err := hex.Decode(x.Key.Sum[:], []byte(fmt.Sprintf("%.64s", t.Sum))); err != nil || n != len(x.Key.Sum) {
		return nil, fmt.Errorf("sum of %d bytes", n)
	}
	if r := t.Response; r != nil {
		body, err := r.Body.bytes()
		if err != nil {
			return nil, fmt.Errorf("response body: %w", err)
		}
		x.Response = &Response{
			Status: r.Status, StatusCode: r.Code, Proto: r.Proto, Header: r.Header, Trailer: r.Trailer, Body: body,
			NoBody: r.NoBody, ContentLength: r.Length, TransferEncoding: r.Transfer,
			Uncompressed: r.Uncompressed, Close: r.Close,
		}
	}
	if f := t.Fault; f != nil {
		x.Fault = &Fault{f.Text, f.Kind, f.Timeout}
	}
	if x.Response == nil && x.Fault == nil {
		return nil, errNoOutcome
	}
	return x, nil
}

func textBodyOf(b []byte) *textBody {
	if len(b) == 0 {
		return nil
	}
	text := bytes.TrimRight(b, " \t\r\n")
	var compact bytes.Buffer
	if len(text) > 0 && (text[0] == '{' || text[0] == '[') &&
		json.Compact(&compact, text) == nil && bytes.Equal(compact.Bytes(), text) && utf8.Valid(text) {
		return &textBody{JSON: text, Tail: string(b[len(text):])}
	}
	if utf8.Valid(b) {
		return &textBody{Lines: strings.Split(string(b), "\n")}
	}
	return &textBody{Base64: base64.StdEncoding.EncodeToString(b)}
}

func (t *textBody) bytes() ([]byte, error) {
	switch {
	case t == nil:
		return nil, nil
	case t.JSON != nil:
		var b bytes.Buffer
		if err := json.Compact(&b, t.JSON); err != nil {
			return nil, err
		}
		b.WriteString(t.Tail)
		return b.Bytes(), nil
	case t.Base64 != "":
		return base64.StdEncoding.DecodeString(t.Base64)
	}
	return []byte(strings.Join(t.Lines, "\n")), nil
}
