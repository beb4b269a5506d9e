package interop

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// jsonVersion is the value of the first field of a line.
const jsonVersion = 1

// jsonExchange is an exchange as a line of JSON; see WriteJSON.
type jsonExchange struct {
	Version    int           `json:"gracy"`
	ID         store.ID      `json:"id,omitempty"`
	Start      time.Time     `json:"start,omitzero"`
	FirstByte  time.Duration `json:"first_byte_ns,omitempty"`
	Total      time.Duration `json:"total_ns,omitempty"`
	Attempt    int           `json:"attempt,omitempty"`
	Route      wire          `json:"route,omitempty"`
	Incomplete bool          `json:"incomplete,omitempty"`
	Masked     bool          `json:"masked,omitempty"`
	Identity   []byte        `json:"identity,omitempty"`
	Secrets    []byte        `json:"secrets,omitempty"`
	Request    jsonRequest   `json:"request"`
	Response   *jsonResponse `json:"response,omitempty"`
	Fault      *jsonFault    `json:"fault,omitempty"`
}

type jsonRequest struct {
	Method   wire       `json:"method,omitempty"`
	URL      wire       `json:"url,omitempty"`
	Host     wire       `json:"host,omitempty"`
	Header   jsonHeader `json:"header,omitempty"`
	Body     wire       `json:"body,omitempty"`
	BodySize int64      `json:"body_size,omitempty"`
	BodySum  []byte     `json:"body_sum,omitempty"`
}

type jsonResponse struct {
	Code             int         `json:"code"`
	Status           wire        `json:"status"`
	Proto            wire        `json:"proto,omitempty"`
	Header           jsonHeader  `json:"header,omitempty"`
	Trailer          jsonHeader  `json:"trailer,omitempty"`
	Body             wire        `json:"body,omitempty"`
	NoBody           bool        `json:"no_body,omitempty"`
	ContentLength    int64       `json:"content_length"`
	TransferEncoding []string    `json:"transfer_encoding,omitempty"`
	Uncompressed     bool        `json:"uncompressed,omitempty"`
	Close            bool        `json:"close,omitempty"`
	Pieces           []jsonPiece `json:"pieces,omitempty"`
}

type jsonPiece struct {
	Bytes int64         `json:"bytes"`
	Wait  time.Duration `json:"wait_ns,omitempty"`
}

type jsonFault struct {
	Text    wire            `json:"text"`
	Kind    store.FaultKind `json:"kind,omitempty"`
	Timeout bool            `json:"timeout,omitempty"`
}

// jsonHeader has the values of each name in their order.
type jsonHeader map[string][]wire

// wire is a byte sequence: a text in JSON, or an object with base64 if it is not UTF-8.
type wire string

// MarshalJSON implements json.Marshaler.
func (w wire) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(w)) {
		return marshal(string(w))
	}
	return []byte(`{"base64":"` + base64.StdEncoding.EncodeToString([]byte(w)) + `"}`), nil
}

// marshal encodes a value without escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *wire) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var v struct {
			Base64 []byte `json:"base64"`
		}
		err := json.Unmarshal(b, &v)
		*w = wire(v.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(w))
}

func headerOut(h http.Header) jsonHeader {
	if len(h) == 0 {
		return nil
	}
	out := make(jsonHeader, len(h))
	for name, values := range h {
		var list []wire
		for _, v := range values {
			list = append(list, wire(v))
		}
		out[name] = list
	}
	return out
}

func headerIn(h jsonHeader) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		var list []string
		for _, v := range values {
			list = append(list, string(v))
		}
		out[name] = list
	}
	return out
}

// jsonOf returns an exchange as it is written.
func jsonOf(x *store.Exchange) *jsonExchange {
	q := &x.Request
	j := &jsonExchange{
		Version: jsonVersion, ID: x.ID, Start: x.Start.UTC(), FirstByte: x.FirstByte, Total: x.Total, Attempt: x.Attempt,
		Route: wire(x.Route), Incomplete: !x.Complete, Masked: x.Masked, Identity: x.Identity, Secrets: x.Secrets,
		Request: jsonRequest{wire(q.Method), wire(q.URL), wire(q.Host), headerOut(q.Header), wire(q.Body), q.BodySize, q.BodySum},
	}
	if x.Start.IsZero() {
		j.Start = time.Time{}
	}
	if r := x.Response; r != nil {
		j.Response = &jsonResponse{
			r.StatusCode, wire(r.Status), wire(r.Proto), headerOut(r.Header), headerOut(r.Trailer), wire(r.Body),
			r.NoBody, r.ContentLength, r.TransferEncoding, r.Uncompressed, r.Close, nil,
		}
		for _, p := range r.Pieces {
			j.Response.Pieces = append(j.Response.Pieces, jsonPiece(p))
		}
	}
	if f := x.Fault; f != nil {
		j.Fault = &jsonFault{wire(f.Text), f.Kind, f.IsTimeout}
	}
	return j
}

var errVersion = errors.New("interop: unknown version of the JSON")

// exchange is the inverse of jsonOf.
func (j *jsonExchange) exchange() (*store.Exchange, error) {
	if j.Version != jsonVersion {
		return nil, &FormatError{Reason: "unknown version of the JSON", Err: errVersion}
	}
	q := &j.Request
	x := &store.Exchange{
		ID: j.ID, Start: j.Start, FirstByte: j.FirstByte, Total: j.Total, Attempt: j.Attempt, Route: string(j.Route),
		Complete: !j.Incomplete, Masked: j.Masked, Identity: j.Identity, Secrets: j.Secrets,
		Request: store.Request{
			Method: string(q.Method), URL: string(q.URL), Host: string(q.Host), Header: headerIn(q.Header),
			Body: bytesOf(q.Body), BodySize: q.BodySize, BodySum: q.BodySum,
		},
	}
	if r := j.Response; r != nil {
		y := &store.Response{
			Status: string(r.Status), StatusCode: r.Code, Proto: string(r.Proto), Header: headerIn(r.Header), Body: bytesOf(r.Body),
			NoBody: r.NoBody, ContentLength: r.ContentLength, TransferEncoding: r.TransferEncoding, Uncompressed: r.Uncompressed, Close: r.Close,
		}
		if r.Trailer != nil {
			y.Trailer = headerIn(r.Trailer)
		}
		for _, p := range r.Pieces {
			y.Pieces = append(y.Pieces, store.Piece(p))
		}
		x.Response = y
	}
	if f := j.Fault; f != nil {
		x.Fault = &store.Fault{Text: string(f.Text), Kind: f.Kind, IsTimeout: f.Timeout}
	}
	return x, nil
}

func bytesOf(w wire) []byte {
	if w == "" {
		return nil
	}
	return []byte(w)
}
