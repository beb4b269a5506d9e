package concurrency

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// responding is a base that passes bodies on unchanged.
type responding func(*http.Request) (*http.Response, error)

func (f responding) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// of responds with a body that keeps its methods.
func of(b func() io.ReadCloser) responding {
	return func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body, resp.ContentLength = b(), -1
		return resp, nil
	}
}

func text() io.Reader { return strings.NewReader("some text") }

// broken panics when it is read and, if close is set, when it is closed.
type broken struct{ close bool }

func (b broken) Read([]byte) (int, error) { panic("read") }

func (b broken) Close() error {
	if b.close {
		panic("close")
	}
	return nil
}

// endsInTheMiddle responds with a body of which half has arrived when the context ends. Like the
// body of a transport, it reports that.
func endsInTheMiddle(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	body, w := io.Pipe()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) })
	go func() { _, _ = io.Copy(w, text()); cancel() }()
	resp := reply(r, 200, "")
	resp.Body, resp.ContentLength = body, -1
	return resp, nil
}

type breaks struct{ err error }

func (w breaks) Write([]byte) (int, error) { return 0, w.err }

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
