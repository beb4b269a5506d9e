package model_test

import (
	"context"
	"io"
	"net/http"
	"time"
)

type rtFunc func(*http.Request) (*http.Response, error)

func (f rtFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unwrapping is a foreign round tripper that can be looked through.
type unwrapping struct {
	rtFunc
	next http.RoundTripper
}

func (u unwrapping) Unwrap() http.RoundTripper { return u.next }

type wrappedBody struct{ io.ReadCloser }

// foreign returns a round tripper of a third party.
func (w *world) foreign(l layerSpec, next http.RoundTripper) http.RoundTripper {
	switch l.kind {
	case "pass":
		return unwrapping{next.RoundTrip, next}
	case "opaque":
		return rtFunc(next.RoundTrip)
	case "clone":
		return rtFunc(func(req *http.Request) (*http.Response, error) {
			r := req.Clone(req.Context())
			r.Header.Set("X-Clone", "1")
			return next.RoundTrip(r)
		})
	case "wrapbody":
		return rtFunc(func(req *http.Request) (*http.Response, error) {
			if req.Body != nil && req.Body != http.NoBody {
				r := *req
				r.Body = wrappedBody{req.Body}
				if g := req.GetBody; g != nil {
					r.GetBody = func() (io.ReadCloser, error) {
						b, err := g()
						if err != nil {
							return nil, err
						}
						return wrappedBody{b}, nil
					}
				}
				req = &r
			}
			resp, err := next.RoundTrip(req)
			if err == nil && resp.Body != http.NoBody {
				resp.Body = wrappedBody{resp.Body}
			}
			return resp, err
		})
	case "fretry":
		return rtFunc(func(req *http.Request) (*http.Response, error) {
			for i := 1; ; i++ {
				resp, err := next.RoundTrip(req)
				ok := err == nil && resp.StatusCode < 500
				if ok || i == l.n || req.Context().Err() != nil || req.Body != nil && req.Body != http.NoBody && req.GetBody == nil || req.Method == "POST" || req.Method == "PATCH" {
					return resp, err
				}
				if err == nil {
					_ = resp.Body.Close()
				}
				if err := (server{w}).wait(req.Context(), 20*time.Millisecond); err != nil {
					return nil, err
				}
				r := *req
				if req.GetBody != nil {
					if r.Body, err = req.GetBody(); err != nil {
						return nil, err
					}
				}
				req = &r
			}
		})
	case "hedge":
		return rtFunc(func(req *http.Request) (*http.Response, error) {
			if req.Body != nil && req.Body != http.NoBody || req.Method == "POST" || req.Method == "PATCH" {
				return next.RoundTrip(req)
			}
			return w.hedged(req, next, l.d)
		})
	}
	panic(l.kind)
}

type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b cancelBody) Close() error { err := b.ReadCloser.Close(); b.cancel(); return err }

// hedged sends a second request beside one that is slow, returns what comes first and cancels the
// other.
func (w *world) hedged(req *http.Request, next http.RoundTripper, after time.Duration) (*http.Response, error) {
	type result struct {
		i    int
		resp *http.Response
		err  error
	}
	results := make(chan result, 2)
	var cancels [2]context.CancelFunc
	send := func(i int) {
		ctx, cancel := context.WithCancel(req.Context())
		cancels[i] = cancel
		r := req.Clone(ctx)
		w.wg.Go(func() {
			resp, err := next.RoundTrip(r)
			results <- result{i, resp, err}
		})
	}
	send(0)
	t := time.NewTimer(after)
	defer t.Stop()
	n := 1
	var won result
	select {
	case won = <-results:
	case <-t.C:
		send(1)
		n++
		won = <-results
	}
	if n == 2 {
		cancels[1-won.i]()
		w.wg.Go(func() {
			if lost := <-results; lost.resp != nil {
				_ = lost.resp.Body.Close()
			}
		})
	}
	if won.err != nil {
		cancels[won.i]()
		return nil, won.err
	}
	won.resp.Body = cancelBody{won.resp.Body, cancels[won.i]}
	return won.resp, nil
}
