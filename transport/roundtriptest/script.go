package roundtriptest

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// hangLimit ends a [Step] with Hang whose context never ends. The test of a decorator that drops
// the caller's context then fails instead of never ending.
const hangLimit = 10 * time.Minute

// ErrHung is the error of a [Step] with Hang whose context does not end within ten minutes.
var ErrHung = errors.New("roundtriptest: the context of a hanging call never ended")

// Step is one scripted outcome of a [Base]. The zero value is an empty 200.
type Step struct {
	// Status is the status code, 0 means 200.
	Status int
	// Header is copied into the response.
	Header http.Header
	// Body is the response body. It is not sent on HEAD, 1xx, 204 and 304.
	Body string
	// Err, if set, is returned in place of a response.
	Err error
	// Panic, if set, is the value of a panic in place of a response.
	Panic any
	// Wait is the time before the outcome. The end of the context cuts it short.
	Wait time.Duration
	// Hang waits until the context ends, and returns its cause.
	Hang bool
	// Unread closes the request's body without reading it.
	Unread bool
	// Respond, if set, makes the outcome, after Wait. With Unread it has to read and
	// close the request's body itself.
	Respond func(*http.Request) (*http.Response, error)
}

// Call is what a [Base] received in one call and what it returned.
type Call struct {
	// Request is the request itself. It must not be changed.
	Request *http.Request
	// Header is a copy of the headers, made on arrival.
	Header http.Header
	// Length is the ContentLength on arrival.
	Length int64
	// Body is what was read of the request body, nil without a body or with Unread.
	Body []byte
	// At is the time of arrival.
	At time.Time
	// Returned is the time at which the call returned, zero while it runs.
	Returned time.Time
	// Response is the response that was returned, nil after an error.
	Response *http.Response
	// ResponseBody counts the uses of the response's body, nil if it has none.
	ResponseBody *Body
}

// Base is a scripted [http.RoundTripper] that behaves as [http.Transport] does: it
// closes the request's body on every path, returns an error for malformed requests and
// ended contexts, and its response bodies fail once the request's context ends. Call n
// takes step n, and every call after the last step takes the last step again. A Base is
// safe for concurrent use.
type Base struct {
	steps []Step

	mu    sync.Mutex // mu guards calls, the calls in it, and idle.
	calls []*Call
	idle  int // how often CloseIdleConnections was called
}

// Script returns a base that takes the steps in order. Without steps it always returns an
// empty 200.
func Script(steps ...Step) *Base {
	if len(steps) == 0 {
		steps = []Step{{}}
	}
	return &Base{steps: steps}
}

// Calls returns the calls so far, in order of arrival.
func (b *Base) Calls() []Call {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := make([]Call, len(b.calls))
	for i, c := range b.calls {
		calls[i] = *c
	}
	return calls
}

// IdleCloses returns how often CloseIdleConnections was called.
func (b *Base) IdleCloses() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.idle
}

// CloseIdleConnections counts the call.
func (b *Base) CloseIdleConnections() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.idle++
}

// RoundTrip takes the next step of the script.
func (b *Base) RoundTrip(req *http.Request) (*http.Response, error) {
	call, step := b.arrive(req)
	if err := invalid(req); err != nil {
		closeBody(req)
		return b.leave(call, nil, err)
	}
	if !step.Unread {
		body, err := readBody(req)
		b.mu.Lock()
		call.Body = body
		b.mu.Unlock()
		if err != nil {
			return b.leave(call, nil, err)
		}
	} else if step.Respond == nil {
		closeBody(req)
	}
	resp, err := step.play(req)
	return b.leave(call, resp, err)
}

// arrive records a call, and returns it with its step.
func (b *Base) arrive(req *http.Request) (*Call, Step) {
	call := &Call{Request: req, Header: req.Header.Clone(), Length: req.ContentLength, At: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	step := b.steps[min(len(b.calls), len(b.steps)-1)]
	b.calls = append(b.calls, call)
	return call, step
}

// leave records what a call returns, and returns it.
func (b *Base) leave(call *Call, resp *http.Response, err error) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	call.Returned = time.Now()
	call.Response = resp
	if resp != nil {
		call.ResponseBody = bodyOf(resp.Body)
	}
	return resp, err
}

// invalid returns the error of http.Transport for a request that it does not send, or nil.
func invalid(req *http.Request) error {
	switch {
	case req.URL == nil:
		return errors.New("roundtriptest: nil Request.URL")
	case req.Header == nil:
		return errors.New("roundtriptest: nil Request.Header")
	case req.Context().Err() != nil:
		return context.Cause(req.Context())
	}
	return nil
}

// play waits as the step says, and returns its outcome.
func (s Step) play(req *http.Request) (*http.Response, error) {
	wait, late := s.Wait, error(nil)
	if s.Hang {
		wait, late = hangLimit, ErrHung
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
			if late != nil {
				return nil, late
			}
		case <-req.Context().Done():
			if s.Unread && s.Respond != nil {
				closeBody(req)
			}
			return nil, context.Cause(req.Context())
		}
	}
	switch {
	case s.Panic != nil:
		panic(s.Panic)
	case s.Respond != nil:
		return s.Respond(req)
	case s.Err != nil:
		return nil, s.Err
	}
	resp := newResponse(req, s.Status, s.Body)
	maps.Copy(resp.Header, s.Header.Clone())
	return resp, nil
}

// newResponse makes a response as http.Transport does.
func newResponse(req *http.Request, status int, body string) *http.Response {
	if status == 0 {
		status = http.StatusOK
	}
	resp := &http.Response{
		Status:     strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status)),
		StatusCode: status,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{},
		Request:    req,
		Body:       http.NoBody,
	}
	if req.Method == http.MethodHead || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified {
		return resp
	}
	b := NewBody(strings.NewReader(body))
	b.ctx = req.Context()
	resp.Body, resp.ContentLength = b, int64(len(body))
	return resp
}

// body is promoted to every type that embeds a *Body, so that bodyOf finds it there too.
func (b *Body) body() *Body { return b }

// bodyOf returns the Body in a response body of this package, or nil.
func bodyOf(rc io.ReadCloser) *Body {
	if b, ok := rc.(interface{ body() *Body }); ok {
		return b.body()
	}
	return nil
}

// readBody reads and closes the request's body.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer closeBody(req)
	return io.ReadAll(req.Body)
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close() // nothing to do about it, as in net/http
	}
}
