package parse

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// A DecodeError says that the body of an accepted response is not what the caller asked for: it
// has another media type, is malformed, has values of other types, has more data after the value,
// or is missing or null ([ErrEmpty]).
type DecodeError struct {
	// Route is as in [Error].
	Route string
	// ContentType is the media type of the body, without parameters.
	ContentType string
	// Offset is the place of the fault in the body, in bytes; 0 if unknown.
	Offset int64
	// Event is the number of the event in a stream of [Events], the first is 1; 0 in any other body.
	Event int
	// Field is the path of the field, "" if unknown.
	Field string
	// Call is as in [Error].
	Call *transport.Call
	// Err is the decoder's error. It may quote the body. The text of a DecodeError does not.
	Err error
}

func (e *DecodeError) Error() string {
	var b strings.Builder
	b.WriteString(e.Route + ": decode")
	if e.ContentType != "" {
		b.WriteString(" " + redact.Text(e.ContentType))
	}
	if e.Event > 0 {
		fmt.Fprintf(&b, ", event %d", e.Event)
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

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

var (
	errMedia = errors.New("no decoder for this media type: choose one with As")
	errUTF8  = errors.New("not valid UTF-8")
	errMore  = errors.New("more data after the value")
)

// decodeReason says what err means. It does not use the text of err, because the errors of decoders
// and of UnmarshalJSON methods quote the body.
func decodeReason(err error) string {
	if p, ok := errors.AsType[*packedError](err); ok {
		return p.reason()
	}
	if c, ok := errors.AsType[*charsetError](err); ok {
		return c.reason()
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, text, _ := strings.Cut(t.Value, " ")
		if text != "" { // the number itself: too large, or with a fraction or an exponent
			return "got a " + kind + " that " + t.Type.String() + " cannot hold"
		}
		return "got " + kind + ", want " + t.Type.String()
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return "not a time"
	}
	if _, ok := errors.AsType[*markupError](err); ok {
		return "malformed: it begins like HTML or XML"
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
	if errors.Is(err, errNull) {
		return "null: a pointer type accepts it"
	}
	if errors.Is(err, ErrEmpty) {
		return "no body: a pointer type or None accepts it"
	}
	if m, ok := errors.AsType[*mediaError](err); ok {
		return m.Error()
	}
	if errors.Is(err, errMedia) || errors.Is(err, errUTF8) || errors.Is(err, errMore) {
		return strings.TrimPrefix(err.Error(), "parse: ") // the text begins with the route instead
	}
	return fmt.Sprintf("malformed (%T)", err)
}

// undecodable makes the error of a body that cannot be decoded.
func (x *exchange) undecodable(resp *http.Response, err error) error {
	c := transport.CallOf(resp)
	e := &DecodeError{Route: x.routeOf(c), ContentType: mediaType(contentType(resp.Header)), Call: c, Err: err}
	if _, ok := errors.AsType[*packedError](err); ok {
		return e // an offset would count compressed bytes
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Offset, e.Field = t.Offset, t.Field
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		e.Offset = s.Offset
	}
	return e
}
