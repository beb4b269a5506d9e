package concurrency

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
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
	open := func(r func() io.Reader) responding { return of(func() io.ReadCloser { return io.NopCloser(r()) }) }
	read := func(r *http.Response) error { _, err := io.Copy(io.Discard, struct{ io.Reader }{r.Body}); return err }
	closed := func(r *http.Response) error { return r.Body.Close() }
	both := func(r *http.Response) error { defer r.Body.Close(); return read(r) }
	for name, tt := range map[string]struct {
		base responding
		end  func(*http.Response) error // nil if the body has ended by then
		want error
	}{
		"error": {base: func(*http.Request) (*http.Response, error) { return nil, boom }, want: boom},
		"panic": {base: func(*http.Request) (*http.Response, error) { panic("boom") }},
		"no body": {base: func(r *http.Request) (*http.Response, error) {
			r2 := reply(r, 204, "")
			r2.Body = http.NoBody
			return r2, nil
		}},
		"nil body":     {base: func(r *http.Request) (*http.Response, error) { r2 := reply(r, 204, ""); r2.Body = nil; return r2, nil }},
		"close":        {base: open(text), end: closed},
		"double close": {base: open(text), end: func(r *http.Response) error { _ = r.Body.Close(); return r.Body.Close() }},
		"read":         {base: open(text), end: read},
		"read, close":  {base: open(text), end: both},
		// The bodies of these are never closed.
		"EOF with the last bytes":     {base: open(func() io.Reader { return iotest.DataErrReader(text()) }), end: read},
		"cut short":                   {base: open(func() io.Reader { return iotest.ErrReader(io.ErrUnexpectedEOF) }), end: read, want: io.ErrUnexpectedEOF},
		"reset":                       {base: open(func() io.Reader { return io.MultiReader(text(), iotest.ErrReader(boom)) }), end: read, want: boom},
		"context ended in the middle": {base: endsInTheMiddle, end: read, want: context.Canceled},
		"WriteTo": {base: open(text), end: func(r *http.Response) error {
			n, err := r.Body.(io.WriterTo).WriteTo(io.Discard)
			if n != int64(len("some text")) {
				return io.ErrShortWrite
			}
			return err
		}},
		"copy by WriteTo": {base: open(text), end: func(r *http.Response) error { _, err := io.Copy(io.Discard, r.Body); return err }},
		// The caller closes these, as any body that it has not read to the end.
		"WriteTo into what breaks": {base: open(text), want: boom, end: func(r *http.Response) error {
			defer r.Body.Close()
			_, err := io.Copy(breaks{boom}, r.Body)
			return err
		}},
		"panic of Read":           {base: of(func() io.ReadCloser { return broken{} }), end: both},
		"panic of Read and Close": {base: of(func() io.ReadCloser { return broken{close: true} }), end: both},
	} {
		for order, wrap := range map[string]func(l *Limiter, b http.RoundTripper) http.RoundTripper{
			"alone":            func(l *Limiter, b http.RoundTripper) http.RoundTripper { return l.Wrap(b) },
			"outside of retry": func(l *Limiter, b http.RoundTripper) http.RoundTripper { return l.Wrap(again().Wrap(b)) },
			"not guarded":      func(l *Limiter, b http.RoundTripper) http.RoundTripper { _ = l.Resize(10, 20); return l.Wrap(b) },
		} {
			t.Run(name+", "+order, func(t *testing.T) {
				l := New(Limit{Max: 1}, Limit{Max: 2, Scope: transport.ScopeAll})
				rt := wrap(l, tt.base)
				func() {
					panics := strings.Contains(name, "panic")
					defer func() {
						if (recover() != nil) != panics {
							t.Error("a panic, or none")
						}
					}()
					resp, err := rt.RoundTrip(request(t.Context(), url))
					if err == nil && tt.end != nil {
						if l.InFlight() != 2 {
							t.Errorf("%d slots while the body is open, want 2", l.InFlight())
						}
						err = tt.end(resp)
					}
					if !errors.Is(err, tt.want) {
						t.Errorf("error %v, want %v", err, tt.want)
					}
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
		s.respond = func(req *http.Request) (*http.Response, error) {
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
