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

// hangLimit ends a [Step] with Hang whose context never ends, so that a decorator that
// drops the caller's context is a failure instead of a test that never returns.
const hangLimit = 10 * time.Minute

// ErrHung is what a [Step] with Hang answers when the context did not end within ten minutes.
var ErrHung = errors.New("roundtriptest: the context of a hanging call never ended")

// Step is one scripted answer of a [Base]. The zero value is an empty 200.
type Step struct {
	Status int           // 0 means 200
	Header http.Header   // copied into the response
	Body   string        // of the response; not sent on HEAD, 1xx, 204 and 304
	Err    error         // answered instead of a response
	Panic  any           // raised instead of a response
	Wait   time.Duration // before the answer, cut short by the context
	Hang   bool          // answer only once the context ends, with its cause
	Unread bool          // close the request's body without reading it

	// Answer, if set, gives the answer itself, after Wait. With Unread the request's
	// body is neither read nor closed for it.
	Answer func(*http.Request) (*http.Response, error)
}

// Call is what a [Base] saw of one call and what it answered.
type Call struct {
	Request  *http.Request  // as it arrived; read only
	Header   http.Header    // copy made on arrival
	Length   int64          // ContentLength on arrival
	Body     []byte         // as read; nil if there was no body or Unread was set
	At       time.Time      // of arrival
	Answered time.Time      // of the answer; zero while the call runs
	Response *http.Response // as it was answered; nil on error
	Reply    *Body          // accounts of the response's body; nil if it has none
}

// Base is a scripted [http.RoundTripper] that behaves as [http.Transport] does: it
// closes the request's body on every path, refuses malformed requests and ended contexts,
// and its response bodies fail once the request's context ends. Call n is answered
// by step n, every later call by the last step. It is safe for concurrent use.
type Base struct {
	steps []Step

	mu    sync.Mutex
	calls []*Call
	idle  int
}

// Script returns a base that answers with steps, in order. No steps mean an empty 200 always.
func Script(steps ...Step) *Base {
	if len(steps) == 0 {
		steps = []Step{{}}
	}
	return &Base{steps: steps}
}

// Calls returns what arrived so far, in order of arrival.
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

// RoundTrip answers by the script.
func (b *Base) RoundTrip(req *http.Request) (*http.Response, error) {
	call, step := b.arrive(req)
	if err := refusal(req); err != nil {
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
	} else if step.Answer == nil {
		closeBody(req)
	}
	resp, err := step.play(req)
	return b.leave(call, resp, err)
}

func (b *Base) arrive(req *http.Request) (*Call, Step) {
	call := &Call{Request: req, Header: req.Header.Clone(), Length: req.ContentLength, At: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	step := b.steps[min(len(b.calls), len(b.steps)-1)]
	b.calls = append(b.calls, call)
	return call, step
}

func (b *Base) leave(call *Call, resp *http.Response, err error) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	call.Answered = time.Now()
	call.Response = resp
	if resp != nil {
		call.Reply = counted(resp.Body)
	}
	return resp, err
}

// refusal tells why http.Transport would not send req.
func refusal(req *http.Request) error {
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

// play waits as the step says and answers.
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
			if s.Unread && s.Answer != nil {
				closeBody(req)
			}
			return nil, context.Cause(req.Context())
		}
	}
	switch {
	case s.Panic != nil:
		panic(s.Panic)
	case s.Answer != nil:
		return s.Answer(req)
	case s.Err != nil:
		return nil, s.Err
	}
	resp := reply(req, s.Status, s.Body)
	maps.Copy(resp.Header, s.Header.Clone())
	return resp, nil
}

// reply makes a response as net/http would hand it out.
func reply(req *http.Request, status int, body string) *http.Response {
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

// accountable is implemented by the odd bodies of this package that carry a Body.
type accountable interface{ account() *Body }

func (b *Body) account() *Body { return b }

// counted returns the accounts behind a response body of ours, or nil.
func counted(body io.ReadCloser) *Body {
	if a, ok := body.(accountable); ok {
		return a.account()
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
