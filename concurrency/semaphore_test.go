package concurrency

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestTenDownloadsUnderALimitOfOneRunOneByOne(t *testing.T) {
	for name, tt := range map[string]struct {
		layers []transport.Layer
		took   time.Duration
	}{
		"held to the body's end":        {[]transport.Layer{New(Limit{Max: 1})}, 10 * time.Second},
		"without a limit (the control)": {nil, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.layers != nil {
					tt.layers = []transport.Layer{New(Limit{Max: 1})}
				}
				var rt http.RoundTripper = &server{}
				for _, l := range tt.layers {
					rt = l.Wrap(rt)
				}
				start := time.Now()
				var wg sync.WaitGroup
				for range 10 {
					wg.Go(func() {
						resp, err := rt.RoundTrip(request(t.Context(), url))
						if err != nil {
							t.Error(err)
							return
						}
						time.Sleep(time.Second) // the download
						_, _ = io.Copy(io.Discard, resp.Body)
						_ = resp.Body.Close()
						_ = resp.Body.Close()
					})
				}
				wg.Wait()
				if got := time.Since(start); got != tt.took {
					t.Errorf("took %v, want %v", got, tt.took)
				}
			})
		})
	}
}

func TestSlotsComeBack(t *testing.T) {
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		end    func(*http.Response)
	}{
		"error":        {answer: func(*http.Request) (*http.Response, error) { return nil, boom }},
		"panic":        {answer: func(*http.Request) (*http.Response, error) { panic("boom") }},
		"no body":      {answer: func(r *http.Request) (*http.Response, error) { return reply(r, 204, ""), nil }},
		"close":        {end: func(r *http.Response) { _ = r.Body.Close() }},
		"double close": {end: func(r *http.Response) { _ = r.Body.Close(); _ = r.Body.Close() }},
		"read":         {end: func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body) }},
	} {
		for order, wrap := range map[string]func(l *Limiter, b http.RoundTripper) http.RoundTripper{
			"alone":            func(l *Limiter, b http.RoundTripper) http.RoundTripper { return l.Wrap(b) },
			"outside of retry": func(l *Limiter, b http.RoundTripper) http.RoundTripper { return l.Wrap(again().Wrap(b)) },
		} {
			t.Run(name+" "+order, func(t *testing.T) {
				l := New(Limit{Max: 1}, Limit{Max: 2, Per: All})
				s := &server{answer: tt.answer}
				rt := wrap(l, s)
				func() {
					defer func() { _ = recover() }()
					resp, err := rt.RoundTrip(request(t.Context(), url))
					if err != nil {
						return
					}
					if tt.end != nil {
						if l.InFlight() != 2 {
							t.Errorf("%d slots while the body is open, want 2", l.InFlight())
						}
						tt.end(resp)
						return
					}
					_ = resp.Body.Close()
				}()
				empty(t, l)
			})
		}
	}
}

func TestASlotOutlastsDiscardedAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		var n atomic.Int64
		s.answer = func(req *http.Request) (*http.Response, error) {
			if n.Add(1)%3 != 0 {
				return reply(req, 503, "later"), nil
			}
			return reply(req, 200, "fine"), nil
		}
		l := New(Limit{Max: 1})
		rt := l.Wrap(again().Wrap(s))
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := get(t.Context(), rt, url); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s.peak.Load() != 1 || s.sent.Load() != 15 {
			t.Errorf("%d at once, %d sent, want 1 and 15", s.peak.Load(), s.sent.Load())
		}
		empty(t, l)
	})
}

// Random arrivals, cancels, resizes, two layers: never above the limit, and all
// slots come back.
func TestRandom(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := &server{latency: 20 * time.Millisecond}
			top := 1 + r.IntN(4)
			inner := New(Limit{Max: top}, Limit{Max: 6, Per: All, MaxQueue: 5})
			outer := New(Limit{Max: top + 2})
			rt := outer.Wrap(inner.Wrap(s))
			var wg sync.WaitGroup
			for range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(400))*time.Millisecond)
				wg.Go(func() { defer cancel(); _ = get(ctx, rt, url) })
				time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
			}
			wg.Wait()
			if got := s.peak.Load(); got > int64(top) || s.sent.Load() < 10 {
				t.Errorf("seed %d: %d at once of %d, %d sent", seed, got, top, s.sent.Load())
			}
			empty(t, inner)
			empty(t, outer)
		})
	}
}

func TestHandoverUnderLoad(t *testing.T) {
	l := New(Limit{Max: 2, MaxQueue: 1000})
	s := &server{}
	rt := l.Wrap(s)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 1000 {
				if err := get(t.Context(), rt, url); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if s.peak.Load() > 2 || s.sent.Load() != 16000 {
		t.Errorf("%d at once, %d sent", s.peak.Load(), s.sent.Load())
	}
	empty(t, l)
}
