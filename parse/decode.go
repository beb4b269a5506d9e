package parse

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// None as a result takes any body and discards it; as an input it is none.
type None = struct{}

// An Answer as a result adds what came with the value:
//
//	a, err := parse.Get[parse.Answer[[]Repo]](ctx, client, url)
//	next := a.Header.Get("Link")
type Answer[T any] struct {
	Value  T
	Status int
	Header http.Header     // as it came, secrets included
	Call   *transport.Call // the explained call, nil without layers. It keeps the context alive
}

func (a *Answer[T]) fill(resp *http.Response) any {
	a.Status, a.Header, a.Call = resp.StatusCode, resp.Header, transport.CallOf(resp)
	return &a.Value
}

func (*Answer[T]) inner() any { return (*T)(nil) }

type filler interface{ fill(*http.Response) any }

// A DecodeError is an accepted answer whose body is not what was asked for: of
// another media type, malformed, of other types, followed by more data, or not
// there at all ([ErrEmpty]).
type DecodeError struct {
	Route       string
	ContentType string // the media type, without parameters
	Offset      int64  // where in the body, in bytes; 0 if unknown
	Field       string // the path of the field, "" if unknown
	Call        *transport.Call
	Err         error // the decoder's error. It may quote the body, the text of a DecodeError does not
}

func (e *DecodeError) Error() string {
	var b strings.Builder
	b.WriteString(e.Route + ": decode")
	if e.ContentType != "" {
		b.WriteString(" " + redact.Text(e.ContentType))
	}
	if e.Offset > 0 {
		fmt.Fprintf(&b, " at byte %d", e.Offset)
	}
	if e.Field != "" {
		b.WriteString(", field " + redact.Text(e.Field))
	}
	return b.String() + ": " + decodeReason(e.Err)
}

// Is matches [ErrDecode].
func (e *DecodeError) Is(target error) bool { return target == ErrDecode }

// Unwrap returns the decoder's error.
func (e *DecodeError) Unwrap() error { return e.Err }

var (
	errMedia = errors.New("no decoder for this media type")
	errUTF8  = errors.New("not valid UTF-8")
)

// decodeReason says what err means without quoting the body, as errors of
// decoders and of UnmarshalJSON methods like to do.
func decodeReason(err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(t.Value, " ")
		return "got " + kind + ", want " + t.Type.String()
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return "not a time"
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		if strings.Contains(s.Error(), "unexpected end") {
			return "unexpected end"
		}
		if strings.Contains(s.Error(), "after top-level value") {
			return "more data after the value"
		}
		return "malformed"
	}
	if errors.Is(err, errMedia) || errors.Is(err, errUTF8) || errors.Is(err, ErrEmpty) || errors.Is(err, errMore) {
		return err.Error()
	}
	return fmt.Sprintf("malformed (%T)", err)
}

// rawKind reports whether a result of this type takes a body as it is, and whether
// the caller gets it open.
func rawKind(dst any) (raw, open bool) {
	switch dst.(type) {
	case **http.Response, *io.ReadCloser:
		return true, true
	case *None, *string, *[]byte:
		return true, false
	}
	return false, false
}

// into decodes an accepted answer and ends its body, unless the caller gets it
// open. dst is a pointer to the result. The media type is not asked if it is
// known to be JSON.
func (x *exchange) into(resp *http.Response, dst any, isJSON bool) error {
	if f, ok := dst.(filler); ok {
		dst = f.fill(resp)
	}
	switch d := dst.(type) {
	case **http.Response:
		*d = resp
		return nil
	case *io.ReadCloser:
		*d = resp.Body
		return nil
	case *None:
		bodies.Drain(resp)
		return nil
	}
	limit := x.set.maxBytes()
	if resp.ContentLength > limit && !bodiless(resp) {
		_ = resp.Body.Close()
		return x.tooLarge(resp, limit)
	}
	data, err := readBody(resp, limit)
	if err != nil {
		bodies.Drain(resp)
		return x.broken(resp, err)
	}
	if int64(len(data)) > limit {
		_ = resp.Body.Close()
		return x.tooLarge(resp, limit)
	}
	_ = resp.Body.Close()
	switch d := dst.(type) {
	case *[]byte:
		*d = data
		return nil
	case *string:
		if !utf8.Valid(data) {
			return x.undecodable(resp, errUTF8)
		}
		*d = string(data)
		return nil
	}
	if len(data) == 0 {
		switch reflect.TypeOf(dst).Elem().Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
			return nil
		default:
			return x.undecodable(resp, ErrEmpty)
		}
	}
	if err := decoder(resp.Header, isJSON)(data, dst); err != nil {
		return x.undecodable(resp, err)
	}
	return nil
}

func (x *exchange) undecodable(resp *http.Response, err error) error {
	c := transport.CallOf(resp)
	e := &DecodeError{Route: x.routeOf(c), ContentType: mediaType(resp.Header), Call: c, Err: err}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Offset, e.Field = t.Offset, t.Field
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		e.Offset = s.Offset
	}
	return e
}

func (x *exchange) tooLarge(resp *http.Response, limit int64) error {
	c := transport.CallOf(resp)
	return &TooLargeError{Route: x.routeOf(c), Limit: limit, Call: c}
}

func mediaType(h http.Header) string {
	t, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return t
}

func decoder(h http.Header, isJSON bool) func([]byte, any) error {
	t := ""
	if !isJSON {
		t = mediaType(h)
	}
	switch {
	case t == "", t == "application/json", t == "text/json", strings.HasSuffix(t, "+json"),
		t == "text/plain", t == "application/octet-stream":
		return fromJSON
	case t == "application/xml", t == "text/xml", strings.HasSuffix(t, "+xml") && t != "application/xhtml+xml":
		return fromXML
	}
	return func([]byte, any) error { return errMedia }
}

func fromJSON(data []byte, dst any) error {
	// RFC 8259, section 8.1: a byte order mark may be ignored.
	return json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), dst)
}

var errMore = errors.New("more data after the value")

func fromXML(data []byte, dst any) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(dst); err != nil {
		return err
	}
	for {
		switch t, err := d.Token(); t := t.(type) {
		case xml.StartElement:
			return errMore
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return errMore
			}
		case nil:
			if err == io.EOF { //nolint:errorlint // Token returns it bare
				return nil
			}
			return err
		}
	}
}

// readBody reads one byte more than limit, so that the caller sees what is too
// long. A claimed length is believed up to 1 MiB.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if bodiless(resp) {
		return nil, nil
	}
	size := min(max(resp.ContentLength, 0), limit, 1<<20)
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1))
	return b.Bytes(), err
}

// bodiless reports an answer whose Content-Length is not that of its body.
func bodiless(resp *http.Response) bool {
	return resp.Body == http.NoBody || resp.Request != nil && resp.Request.Method == http.MethodHead
}

func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit))
}
