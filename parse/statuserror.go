package parse

import (
	"encoding/json"
	"mime"
	"net/http"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// A StatusError is an answer whose status is not success. errors.Is finds its
// [Status], its class, and the cause that [On] or [OnFunc] gave it:
//
//	errors.Is(err, parse.Status(404))
//	errors.Is(err, parse.ServerError)
//
// Its text is the route, the status, the number of attempts and the cause.
type StatusError struct {
	Route    string          // as in [Error]
	Status   int             // the status code
	Header   http.Header     // a copy, secrets masked
	Body     []byte          // at most 64 KiB. It is the server's, secrets included
	Problem  *Problem        // what the server explains, nil if it does not
	Attempts int             // how many were made; 1 without layers
	Call     *transport.Call // the explained call, nil without layers. It keeps the context alive
	Err      error           // the cause that a rule gave, nil mostly
}

func (e *StatusError) Error() string {
	text := e.Route + ": " + Status(e.Status).String() + after(e.Call)
	if e.Err != nil {
		text += ": " + causeText(e.Err)
	}
	return text
}

// Unwrap returns the cause that a rule gave, nil mostly.
func (e *StatusError) Unwrap() error { return e.Err }

// Is matches the [Status] and its class.
func (e *StatusError) Is(target error) bool {
	s, ok := target.(Status)
	return ok && s.covers(e.Status)
}

// Decode reads the body as JSON into v. Note that a longer body was cut off at
// 64 KiB; the error is json's.
func (e *StatusError) Decode(v any) error { return json.Unmarshal(e.Body, v) }

// A Failure is what a rule of [OnFunc] is given: the error that it may name
// the cause of, and the arguments of the call.
type Failure struct { //nolint:errname // what a rule is given, an error only by what it embeds
	*StatusError
	x *exchange
}

// Arg returns the value of a placeholder of the endpoint's pattern, as it was
// before escaping; "" if there is none of that name, and always for [Get].
func (f Failure) Arg(name string) string {
	if f.x == nil {
		return ""
	}
	return f.x.arg(name)
}

// A Problem is what a server says about a failure, in application/problem+json,
// RFC 9457. Its members are the server's words: take care where they are shown.
type Problem struct {
	Type     string `json:"type"`     // a URI that names the kind of problem; empty means "about:blank"
	Title    string `json:"title"`    // the kind in words
	Status   int    `json:"status"`   // what the server believes it sent
	Detail   string `json:"detail"`   // this occurrence in words
	Instance string `json:"instance"` // a URI that names this occurrence
	// Members are all members as they came, the above and the extensions.
	Members map[string]json.RawMessage `json:"-"`
}

// problem reads a problem document leniently: RFC 9457, section 3.1, has
// members of a wrong type ignored.
func problem(h http.Header, body []byte) *Problem {
	if t, _, _ := mime.ParseMediaType(h.Get("Content-Type")); t != "application/problem+json" {
		return nil
	}
	p := &Problem{}
	if json.Unmarshal(body, &p.Members) != nil || p.Members == nil {
		return nil
	}
	for name, to := range map[string]any{
		"type": &p.Type, "title": &p.Title, "status": &p.Status, "detail": &p.Detail, "instance": &p.Instance,
	} {
		if raw, ok := p.Members[name]; ok {
			_ = json.Unmarshal(raw, to)
		}
	}
	return p
}

// failure makes the error of a refused answer, and ends its body.
func (x *exchange) failure(resp *http.Response, name func(Failure) error) error {
	defer bodies.Drain(resp)
	body, err := readUpTo(resp.Body, errorLimit)
	c := transport.CallOf(resp)
	e := &StatusError{
		Route: x.routeOf(c), Status: resp.StatusCode, Header: redact.Headers(resp.Header),
		Body: body, Attempts: 1, Call: c,
	}
	if c != nil {
		e.Attempts = c.Count()
	}
	if err == nil {
		e.Problem = problem(resp.Header, body)
	}
	if name == nil {
		return e
	}
	// A copy, so that a rule may return what it was given.
	given := *e
	if e.Err = name(Failure{&given, x}); e.Err == nil {
		return nil
	}
	return e
}
