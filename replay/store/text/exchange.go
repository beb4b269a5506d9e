package text

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gracy-go/gracy/replay/store"
)

// The forms of an exchange and of its parts. Defaults are left out. A json.RawMessage is a list of
// strings, or a single one.
type (
	exchange struct {
		Request    *request  `json:"request,omitempty"`
		Response   *response `json:"response,omitempty"`
		Fault      *fault    `json:"fault,omitempty"`
		Incomplete bool      `json:"incomplete,omitempty"`
		Masked     bool      `json:"masked,omitempty"`
		FirstByte  string    `json:"first_byte,omitempty"`
		Total      string    `json:"total,omitempty"`
		Attempt    int       `json:"attempt,omitempty"`  // default 1
		Route      *string   `json:"route,omitempty"`    // default: the path
		Identity   int       `json:"identity,omitempty"` // the number of a hash
		Secrets    int       `json:"secrets,omitempty"`  // the number of a hash
		Recorded   string    `json:"recorded,omitempty"` // default: the day of the file
	}
	request struct {
		Method string `json:"method,omitempty"` // default GET
		URL    string `json:"url"`
		Host   string `json:"host,omitempty"`
		Header header `json:"header,omitempty"`
		body
		BodySize int64  `json:"body_size,omitempty"` // of a body that is not in the file
		BodySum  string `json:"body_sha256,omitempty"`
	}
	response struct {
		Status       string          `json:"status"`
		Code         *int            `json:"code,omitempty"` // default: that of the status
		Proto        string          `json:"proto,omitempty"`
		Length       *int64          `json:"content_length,omitempty"` // default: that of the body
		Transfer     json.RawMessage `json:"transfer_encoding,omitempty"`
		Uncompressed bool            `json:"uncompressed,omitempty"`
		Close        bool            `json:"close,omitempty"`
		NoBody       *bool           `json:"no_body,omitempty"` // default: whether the body is empty
		Header       header          `json:"header,omitempty"`
		body
		Pieces  json.RawMessage `json:"pieces,omitempty"`
		Trailer header          `json:"trailer,omitempty"`
	}
	fault struct {
		Text    string          `json:"text"`
		Kind    store.FaultKind `json:"kind,omitempty"`
		Timeout bool            `json:"timeout,omitempty"`
	}
)

// exchangeOf returns the form of an exchange, without the numbers of its hashes. recorded is the
// day that need not be named.
func exchangeOf(x *store.Exchange, recorded string) exchange {
	e := exchange{
		Request: requestOf(&x.Request), Incomplete: !x.Complete, Masked: x.Masked,
		FirstByte: duration(x.FirstByte), Total: duration(x.Total),
	}
	if x.Response != nil {
		e.Response = responseOf(x.Response)
	}
	if f := x.Fault; f != nil {
		e.Fault = &fault{text(f.Text), f.Kind, f.IsTimeout}
	}
	if x.Attempt != 1 {
		e.Attempt = x.Attempt
	}
	if x.Route != x.Key.Path {
		route := text(x.Route)
		e.Route = &route
	}
	if d := day(x.ID); d != recorded {
		e.Recorded = d
	}
	return e
}

func requestOf(r *store.Request) *request {
	out := &request{
		Method: methodOf(r.Method), URL: urlOf(r.URL), Host: text(r.Host), Header: headerOf(r.Header, -1), body: bodyOf(r.Body),
		BodySum: hex.EncodeToString(r.BodySum),
	}
	if r.Body == nil {
		out.BodySize = r.BodySize
	}
	return out
}

func responseOf(r *store.Response) *response {
	out := &response{
		Status: text(r.Status), Proto: r.Proto, Transfer: listOf(r.TransferEncoding), Uncompressed: r.Uncompressed, Close: r.Close,
		Header: headerOf(r.Header, len(r.Body)), body: bodyOf(r.Body), Pieces: piecesOf(r.Pieces), Trailer: headerOf(r.Trailer, -1),
	}
	if code := codeOf(r.Status); code == 0 || code != r.StatusCode { // also 0, since a status without any code is a mistake
		out.Code = &r.StatusCode
	}
	if r.ContentLength != int64(len(r.Body)) {
		out.Length = &r.ContentLength
	}
	if r.NoBody != (len(r.Body) == 0) {
		out.NoBody = &r.NoBody
	}
	return out
}

// exchange makes an exchange from its form. Its ID is the day, or 0 for the day of the file. hashes
// are those of the file.
func (e *exchange) exchange(hashes []string) (*store.Exchange, error) {
	x := &store.Exchange{Complete: !e.Incomplete, Masked: e.Masked, Attempt: max(e.Attempt, 1)}
	var err error
	if e.Request == nil {
		return nil, errors.New("request is missing")
	}
	if err = e.Request.to(&x.Request); err != nil {
		return nil, in("request", err)
	}
	if x.FirstByte, err = parseDuration(e.FirstByte); err != nil {
		return nil, in("first_byte", err)
	}
	if x.Total, err = parseDuration(e.Total); err != nil {
		return nil, in("total", err)
	}
	if x.Identity, err = hashAt(e.Identity, hashes); err != nil {
		return nil, in("identity", err)
	}
	if x.Secrets, err = hashAt(e.Secrets, hashes); err != nil {
		return nil, in("secrets", err)
	}
	x.Key = sumOf(x)
	x.Route = x.Key.Path
	if e.Route != nil {
		if x.Route, err = untext(*e.Route); err != nil {
			return nil, in("route", err)
		}
	}
	if f := e.Fault; f != nil {
		x.Fault = &store.Fault{Kind: f.Kind, IsTimeout: f.Timeout}
		if x.Fault.Text, err = untext(f.Text); err != nil {
			return nil, in("fault", in("text", err))
		}
	}
	if e.Response != nil {
		x.Response = new(store.Response)
		if err = e.Response.to(x.Response); err != nil {
			return nil, in("response", err)
		}
		if x.Complete && x.Fault == nil {
			fitLength(x.Response)
		}
	}
	if x.Response == nil && x.Fault == nil {
		return nil, errors.New("neither a response nor a fault")
	}
	if x.ID, err = dayID(e.Recorded); err != nil {
		return nil, in("recorded", err)
	}
	return x, nil
}

func (r *request) to(out *store.Request) (err error) {
	if out.Method, err = method(r.Method); err != nil {
		return in("method", err)
	}
	if out.URL, err = absolute(r.URL); err != nil {
		return in("url", err)
	}
	if out.Host, err = untext(r.Host); err != nil {
		return in("host", err)
	}
	if out.Header, err = r.Header.values(-1); err != nil {
		return in("header", err)
	}
	if out.Body, err = r.bytes(); err != nil {
		return err
	}
	out.BodySize = int64(len(out.Body))
	if out.Body == nil {
		out.BodySize = r.BodySize
	}
	if r.BodySum != "" {
		if out.BodySum, err = hex.DecodeString(r.BodySum); err != nil {
			return in("body_sha256", err)
		}
	}
	return nil
}

func (r *response) to(out *store.Response) (err error) {
	if out.Status, err = untext(r.Status); err != nil {
		return in("status", err)
	}
	out.StatusCode = codeOf(r.Status)
	if r.Code != nil {
		out.StatusCode = *r.Code
	} else if out.StatusCode == 0 {
		return in("status", fmt.Errorf("%.40q has no status code, want a code and a text%s", r.Status, suchStatus))
	}
	if out.Body, err = r.bytes(); err != nil {
		return err
	}
	if out.Pieces, err = pieces(r.Pieces); err != nil {
		return in("pieces", err)
	}
	out.Proto, out.Uncompressed, out.Close = r.Proto, r.Uncompressed, r.Close
	out.NoBody, out.ContentLength = len(out.Body) == 0, int64(len(out.Body))
	if r.NoBody != nil {
		out.NoBody = *r.NoBody
	}
	if r.Length != nil {
		out.ContentLength = *r.Length
	}
	if out.TransferEncoding, err = list(r.Transfer); err != nil {
		return in("transfer_encoding", err)
	}
	if out.Header, err = r.Header.values(len(out.Body)); err != nil {
		return in("header", err)
	}
	if out.Trailer, err = r.Trailer.values(-1); err != nil {
		return in("trailer", err)
	}
	return nil
}

// fitLength sets the lengths of a whole response to that of its body, whatever the file says, since
// the body may have been edited.
func fitLength(r *store.Response) {
	if len(r.Body) == 0 || r.ContentLength < 0 {
		return
	}
	r.ContentLength = int64(len(r.Body))
	if len(r.Header[contentLength]) == 1 {
		r.Header[contentLength][0] = strconv.Itoa(len(r.Body))
	}
}

// hashAt returns a keyed hash by its number in the file, or nil for 0.
func hashAt(n int, hashes []string) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	if n < 0 || n > len(hashes) {
		return nil, fmt.Errorf("the file has no hash %d", n)
	}
	return hashBytes(hashes[n-1])
}

func hashBytes(digits string) ([]byte, error) {
	if digits == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(digits)
	if err == nil && len(b) != store.IdentitySize {
		err = fmt.Errorf("a hash of %d bytes, want %d", len(b), store.IdentitySize)
	}
	return b, err
}
