package roundtriptest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// The decorators of this file are correct and must pass. Most mutants are one of them with one
// change.

// An around is a decorator made of a function of next and the request.
type around struct {
	next http.RoundTripper
	trip func(next http.RoundTripper, req *http.Request) (*http.Response, error)
}

func (a around) RoundTrip(req *http.Request) (*http.Response, error) { return a.trip(a.next, req) }

func (a around) CloseIdleConnections() { (&http.Client{Transport: a.next}).CloseIdleConnections() }

func decorate(trip func(http.RoundTripper, *http.Request) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper { return around{next, trip} }
}

// copyOf copies the struct and gives the copy a Header of its own. Request.Clone would copy
// the Trailer too, so that values set late do not arrive.
func copyOf(ctx context.Context, req *http.Request) *http.Request {
	c := req.WithContext(ctx)
	c.Header = req.Header.Clone()
	if c.Header == nil {
		c.Header = http.Header{}
	}
	return c
}

func identity(next http.RoundTripper) http.RoundTripper { return next }

var addsHeader = decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	c := copyOf(req.Context(), req)
	c.Header.Set("User-Agent", "sound/1")
	return next.RoundTrip(c)
})

var logs = decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := next.RoundTrip(req)
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	slog.New(slog.DiscardHandler).Info("call", "method", req.Method, "status", status, "took", time.Since(start), "error", err)
	return resp, err
})

// A hooked is a response body that calls end once: at EOF, an error, or Close.
type hooked struct {
	io.ReadCloser
	end func()
}

func (h *hooked) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if err != nil {
		h.end()
	}
	return n, err
}

func (h *hooked) Close() error {
	defer h.end()
	return h.ReadCloser.Close()
}

type hookedWriter struct {
	*hooked
	io.Writer
}

type hookedDuplex struct {
	hookedWriter
	closeWriter
}

type closeWriter interface{ CloseWrite() error }

// atBodyEnd calls end once when nothing more can be read of the response.
func atBodyEnd(resp *http.Response, end func()) *http.Response {
	if resp == nil || resp.Body == nil || resp.Body == http.NoBody {
		end()
		return resp
	}
	h := &hooked{resp.Body, sync.OnceFunc(end)}
	w, upgraded := resp.Body.(io.Writer)
	switch half, ok := resp.Body.(closeWriter); {
	case upgraded && ok:
		resp.Body = &hookedDuplex{hookedWriter{h, w}, half}
	case upgraded:
		resp.Body = &hookedWriter{h, w}
	default:
		resp.Body = h
	}
	return resp
}

// slots lets n calls run at a time, until their bodies end.
func slots(n int) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		free := make(chan struct{}, n)
		return decorate(func(next http.RoundTripper, req *http.Request) (resp *http.Response, err error) {
			select {
			case free <- struct{}{}:
			case <-req.Context().Done():
				closeBody(req)
				return nil, context.Cause(req.Context())
			}
			release, kept := func() { <-free }, false
			defer func() {
				if !kept {
					release()
				}
			}()
			resp, err = next.RoundTrip(req)
			if err == nil {
				kept = true
				return atBodyEnd(resp, release), nil
			}
			return resp, err
		})(next)
	}
}

var limitsTime = decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), 10*time.Second)
	done := false
	defer func() {
		if !done {
			cancel()
		}
	}()
	resp, err := next.RoundTrip(req.WithContext(ctx))
	if err == nil {
		done = true
		return atBodyEnd(resp, cancel), nil
	}
	return resp, err
})

var errRejected = errors.New("sound: rejected")

var rejects = decorate(func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	closeBody(req)
	return nil, errRejected
})

// remembers returns the first response to a GET again for later GETs of the same URL.
func remembers(next http.RoundTripper) http.RoundTripper {
	var mu sync.Mutex
	seen := map[string]string{}
	return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if req.URL == nil || req.Method != http.MethodGet {
			return next.RoundTrip(req)
		}
		key := req.URL.String()
		mu.Lock()
		body, ok := seen[key]
		mu.Unlock()
		if ok && req.Body == nil {
			resp := newResponse(req, 200, body)
			return resp, nil
		}
		resp, err := next.RoundTrip(req)
		if err != nil || resp == nil || resp.StatusCode != 200 || resp.Body == nil || resp.Header == nil || len(resp.Header) > 0 || len(resp.Trailer) > 0 {
			return resp, err
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
		mu.Lock()
		seen[key] = string(data)
		mu.Unlock()
		resp.Body = io.NopCloser(strings.NewReader(string(data)))
		return resp, nil
	}}
}

func TestCorrectDecoratorsPass(t *testing.T) {
	for _, s := range []struct {
		name       string
		wrap       func(http.RoundTripper) http.RoundTripper
		exceptions []Exception
	}{
		{"identity", identity, nil},
		{"adds a header", addsHeader, []Exception{Edits}},
		{"logs", logs, nil},
		{"slots", slots(20), nil},
		{"limits time", limitsTime, []Exception{TimesOut}},
		{"retries", retries(nil), []Exception{Retries}},
		{"rejects", rejects, []Exception{NeverCallsNext}},
		{"remembers", remembers, []Exception{Replays | Buffers}},
		{"all at once", func(next http.RoundTripper) http.RoundTripper {
			return logs(retries(nil)(slots(20)(limitsTime(addsHeader(next)))))
		}, []Exception{Retries, TimesOut | Edits}},
	} {
		t.Run(s.name, func(t *testing.T) { Run(t, s.wrap, s.exceptions...) })
	}
}
