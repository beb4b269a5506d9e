package throttle

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 10, Guard: NoGuard, Cost: func(r *http.Request) int { return len(strings.Trim(r.URL.Path, "/")) }})
		rt := l.Wrap(s)
		_, err := get(t.Context(), rt, "/12345678901")
		if !errors.Is(err, ErrCost) || !errors.Is(err, transport.ErrRefused) {
			t.Errorf("cost above the limit: %v", err)
		}
		start := time.Now()
		for _, tt := range []struct {
			path string
			at   time.Duration
		}{{"/123456", 0}, {"/1234", 0}, {"/", 0}, {"/1", time.Second}, {"/1234567890", 2 * time.Second}} {
			if _, err := get(t.Context(), rt, tt.path); err != nil || time.Since(start) != tt.at {
				t.Errorf("%s after %v, want %v: %v", tt.path, time.Since(start), tt.at, err)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Guard: NoGuard, Key: func(r *http.Request) string { return r.URL.Path }})
		rt := l.Wrap(&server{})
		if d := took(func() { flood(t, rt, "/a", 1); flood(t, rt, "/b", 1) }); d != 0 {
			t.Errorf("two keys waited %v", d)
		}
		if d := took(func() { flood(t, rt, "/a", 1) }); d != time.Second {
			t.Errorf("the same key waited %v", d)
		}
		for i := range 3 * maxKeys {
			if i%maxKeys == 0 {
				time.Sleep(2 * time.Second)
			}
			flood(t, rt, fmt.Sprintf("/%d", i), 1)
		}
		r := l.list()[0]
		if len(r.keys) > maxKeys {
			t.Errorf("%d keys kept", len(r.keys))
		}
		// All keys count still: a further one gets no count of its own, and no more
		// than the limit.
		if d := took(func() { flood(t, rt, "/new", 1); flood(t, rt, "/newer", 1) }); r.rest == nil || d != time.Second {
			t.Errorf("beyond the cap: shared %v, took %v", r.rest != nil, d)
		}
		quiet(t, l)
	})
}

func TestWhatWasNotSentIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boom := errors.New("boom")
		veto := true
		l := New(Rule{Limit: 1, Per: time.Hour}, Rule{Limit: 1, Per: time.Hour, Mode: Strict})
		s := &server{}
		rt := l.Wrap((&layer{"veto", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if veto {
				return transport.Refuse(req, boom)
			}
			return next.RoundTrip(req)
		}}).Wrap(s))
		for range 5 {
			if _, err := get(t.Context(), rt, "/"); !errors.Is(err, boom) {
				t.Errorf("error %v", err)
			}
		}
		veto = false
		if d := took(func() { flood(t, rt, "/", 1) }); d != 0 {
			t.Errorf("waited %v for quota that nobody had used", d)
		}
		if d := took(func() { flood(t, rt, "/", 1) }); d < time.Hour {
			t.Errorf("the control did not wait: %v", d)
		}
		quiet(t, l)
	})
}

func TestPanicBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Minute, Mode: Strict, Guard: NoGuard})
		rt := l.Wrap(&server{answer: func(*http.Request) (*http.Response, error) { panic("boom") }})
		for range 2 {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				_, _ = get(t.Context(), rt, "/")
			}()
		}
		quiet(t, l)
	})
}

func TestStrictCountsWhatGotNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: func(*http.Request) time.Duration { return time.Minute }}
		l := New(Rule{Limit: 1, Per: 10 * time.Second, Mode: Strict, Guard: NoGuard})
		rt := l.Wrap(s)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := get(ctx, rt, "/"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if _, err := get(t.Context(), rt, "/"); err != nil {
			t.Error(err)
		}
		// From its end: the second that the server may be behind, and the window.
		if d := s.times("/")[1].Sub(start); d != 14*time.Second {
			t.Errorf("the next one left after %v, want 14s", d)
		}
		if d := took(func() {
			s.latency = nil
			flood(t, rt, "/", 1)
		}); d != 10*time.Second {
			t.Errorf("after an answer the next one waited %v, want the window", d)
		}
		quiet(t, l)
	})
}
