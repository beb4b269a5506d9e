package transport_test

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// between adapts a foreign layer that does not look at what is below it.
func between(b base) transport.Func {
	return func(http.RoundTripper) http.RoundTripper { return b }
}

func TestAnErrorBesideAResponseIsNotSwallowed(t *testing.T) {
	closes := &countingBody{}
	for name, body := range map[string]io.ReadCloser{"no body": nil, "body": closes} {
		sloppy := base(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body, Request: r}, errBoom
		})
		for place, rt := range map[string]http.RoundTripper{
			"base":    stack(sloppy, pass("a")),
			"between": stack(answer(200, ""), pass("a"), between(sloppy), pass("b")),
		} {
			if resp, err := try(t.Context(), rt); resp != nil || !errors.Is(err, errBoom) {
				t.Errorf("%s, %s: got %v, %v, want the error alone", place, name, resp, err)
			}
		}
	}
	if closes.closed != 2 {
		t.Errorf("closed %d bodies that nobody gets, want 2", closes.closed)
	}
}

func TestWhatAForeignLayerLeavesNilIsFilledIn(t *testing.T) {
	cache := between(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	})
	resp := get(t.Context(), t, stack(answer(200, ""), pass("a"), cache, pass("b")))
	if resp.Body == nil || resp.Header == nil || transport.CallOf(resp) == nil {
		t.Errorf("nil left: body %v, header %v, call %v", resp.Body == nil, resp.Header == nil, transport.CallOf(resp) == nil)
	}
}

func TestEveryAnswerOfAForeignRetryHasAClosedRow(t *testing.T) {
	resp := get(t.Context(), t, stack(script(answer(503, ""), fail(errBoom), answer(200, "")), pass("a"), foreignRetry(3), pass("b")))
	c := transport.CallOf(resp)
	want := []transport.Verdict{transport.Retryable, transport.Retryable, transport.OK}
	i := 0
	for a := range c.Attempts() {
		if i < len(want) && (!a.Ended() || a.Verdict() != want[i]) {
			t.Errorf("row %d: ended %v, %v, want %v", i+1, a.Ended(), a.Verdict(), want[i])
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d rows, want %d:\n%s", i, len(want), c)
	}
}

// foreignHedge sends twice, the second time after a while, and closes the later
// answer.
func foreignHedge(after time.Duration) transport.Func {
	return func(next http.RoundTripper) http.RoundTripper {
		return base(func(req *http.Request) (*http.Response, error) {
			answers := make(chan *http.Response, 2)
			for i := range 2 {
				if i > 0 && after > 0 {
					time.Sleep(after)
				}
				go func() {
					resp, err := next.RoundTrip(req.Clone(req.Context()))
					if err != nil {
						resp = nil
					}
					answers <- resp
				}()
			}
			won, lost := <-answers, <-answers
			if won == nil || lost == nil {
				return nil, errBoom
			}
			_ = lost.Body.Close()
			return won, nil
		})
	}
}

// The slot of the answer that is read is held until then, that of the other is
// given back.
func TestEachAttemptOfAForeignHedgeHasItsOwnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slots{}
		slow := base(func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Millisecond)
			return response(r, 200, "x"), nil
		})
		rt := stack(slow, pass("outer"), foreignHedge(time.Millisecond), s.layer(), pass("inner"))
		for range 10 {
			resp := get(t.Context(), t, rt)
			s.want(t, "answered", 1)
			if got := read(t, resp); got != "x" {
				t.Errorf("body %q", got)
			}
			s.want(t, "read", 0)
			for a := range transport.CallOf(resp).Attempts() {
				if !a.Ended() {
					t.Errorf("row %d stays open", a.Number())
				}
			}
		}
	})
}

func TestManyForeignHedgesAtOnce(t *testing.T) {
	s := &slots{}
	rt := stack(answer(200, "x"), pass("outer"), foreignHedge(0), s.layer(), pass("inner"))
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			resp, err := try(t.Context(), rt)
			if err != nil {
				t.Error(err)
				return
			}
			if got := read(t, resp); got != "x" {
				t.Errorf("body %q", got)
			}
		})
	}
	wg.Wait()
	s.want(t, "at the end", 0)
}

// Within one attempt of a hedge a foreign retry sends twice: the hold of its
// second answer lasts until that has been read.
func TestForeignRetryInsideAHedge(t *testing.T) {
	hedge := &layer{"hedge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return send(c.NextAttempt(transport.Hedge), req, next)
	}}
	s := &slots{}
	resp := get(t.Context(), t, stack(script(answer(503, "busy"), answer(200, "fine")), hedge, foreignRetry(2), s.layer()))
	s.want(t, "answered", 1)
	if got := read(t, resp); got != "fine" {
		t.Errorf("body %q", got)
	}
	s.want(t, "read", 0)
}

// A layer that is off does not hide the ones below it from a foreign retry.
func TestForeignRetryAboveALayerThatIsOff(t *testing.T) {
	var h holder
	off := &layer{"off", nil}
	resp := get(t.Context(), t, stack(script(answer(503, "busy"), answer(200, "fine")), pass("outer"), foreignRetry(3), off, off, holding(&h)))
	if n := transport.CallOf(resp).Count(); n != 2 {
		t.Errorf("%d rows, want one for each send", n)
	}
	if n := h.ends.Load(); n != 1 {
		t.Errorf("%d holds ended while the answer is being read, want that of the first send", n)
	}
	if got := read(t, resp); got != "fine" || h.ends.Load() != 2 {
		t.Errorf("body %q, %d holds ended", got, h.ends.Load())
	}
}
