package roundtriptest

import (
	"context"
	"io"
	"maps"
	"net/http"
	"time"
)

func bodyMutants() []mutant {
	return []mutant{
		receiving("drops bytes that come with the error", "response-body-bytes", func(resp *http.Response) {
			resp.Body = reading(resp.Body, func(r io.Reader, p []byte) (int, error) {
				n, err := r.Read(p)
				if err != nil {
					return 0, err
				}
				return n, nil
			})
		}),
		receiving("takes a Read of no bytes for EOF", "response-body-bytes", func(resp *http.Response) {
			resp.Body = reading(resp.Body, func(r io.Reader, p []byte) (int, error) {
				n, err := r.Read(p)
				if n == 0 && err == nil {
					err = io.EOF
				}
				return n, err
			})
		}),
		receiving("hides where a body breaks off", "response-body-error", func(resp *http.Response) {
			resp.Body = reading(resp.Body, func(r io.Reader, p []byte) (int, error) {
				n, err := r.Read(p)
				return n, eofForError(err)
			})
		}),
		receiving("does not pass Close on", "response-body-closed wire-cancel-frees-connection", func(resp *http.Response) {
			resp.Body = io.NopCloser(resp.Body)
		}),
		receiving("closes at EOF, and again at Close", "response-body-closed", func(resp *http.Response) {
			body := resp.Body
			resp.Body = partly{readFunc(func(p []byte) (int, error) {
				n, err := body.Read(p)
				if err == io.EOF {
					_ = body.Close()
				}
				return n, err
			}), body}
		}),
		receiving("holds one lock for Read and Close", "response-close-during-read", func(resp *http.Response) {
			lock, body := make(chan struct{}, 1), resp.Body // a channel, so that a bubble notices the wait
			locked := func(do func()) {
				lock <- struct{}{}
				do()
				<-lock
			}
			resp.Body = partly{readFunc(func(p []byte) (n int, err error) {
				locked(func() { n, err = body.Read(p) })
				return n, err
			}), closeFunc(func() (err error) {
				locked(func() { err = body.Close() })
				return err
			})}
		}),
		receiving("peeks, and leaves WriteTo to the body below", "response-body-writer-to", func(resp *http.Response) {
			if w, ok := resp.Body.(io.WriterTo); ok {
				resp.Body = struct {
					io.Reader
					io.Closer
					io.WriterTo
				}{io.MultiReader(io.LimitReader(resp.Body, 5), resp.Body), resp.Body, offByFive{w}}
			}
		}),
		simple("copies the response with a Trailer map of its own", "response-trailers wire-trailers", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || resp == nil {
				return resp, err
			}
			c := *resp
			c.Trailer = maps.Clone(resp.Trailer)
			return &c, nil
		}),
		receiving("wraps the body of a 101 without Write (otelhttp #1329)", "response-upgraded wire-upgrade", func(resp *http.Response) {
			resp.Body = partly{resp.Body, resp.Body}
		}),
		receiving("wraps the body of a 101 without CloseWrite", "response-upgraded", func(resp *http.Response) {
			if w, ok := resp.Body.(io.Writer); ok {
				resp.Body = struct {
					partly
					io.Writer
				}{partly{resp.Body, resp.Body}, w}
			}
		}),
		cutting("cuts bodies off at 1 MiB", 1<<20),
		cutting("cuts bodies off at 32 MiB", 32<<20),
		simple("cancels its context when RoundTrip returns (hedging, failsafe-go #65)", "response-body-late", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithTimeout(req.Context(), time.Hour)
			defer cancel()
			return next.RoundTrip(req.WithContext(ctx))
		}),
		{"sets a time limit on bodies that it did not declare", "response-body-late", decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithTimeout(req.Context(), 10*time.Second)
			resp, err := next.RoundTrip(req.WithContext(ctx))
			if err != nil || resp == nil {
				cancel()
				return resp, err
			}
			return atBodyEnd(resp, cancel), nil
		}), 0, false},
	}
}

// cutting makes a mutant that ends bodies early.
func cutting(bug string, limit int64) mutant {
	return receiving(bug, "response-body-long", func(resp *http.Response) {
		if _, upgraded := resp.Body.(io.Writer); !upgraded {
			resp.Body = partly{io.LimitReader(resp.Body, limit), resp.Body}
		}
	})
}

// An offByFive drops five bytes before WriteTo, those that a peek has read.
type offByFive struct{ io.WriterTo }

func (o offByFive) WriteTo(w io.Writer) (int64, error) {
	_, _ = io.CopyN(io.Discard, o.WriterTo.(io.Reader), 5)
	return o.WriterTo.WriteTo(w)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

type closeFunc func() error

func (f closeFunc) Close() error { return f() }

func reading(body io.ReadCloser, read func(io.Reader, []byte) (int, error)) io.ReadCloser {
	r := partly{readFunc(func(p []byte) (int, error) { return read(body, p) }), body}
	if half, ok := body.(closeWriter); ok {
		return struct {
			partly
			io.Writer
			closeWriter
		}{r, body.(io.Writer), half}
	}
	if w, ok := body.(io.Writer); ok {
		return struct {
			partly
			io.Writer
		}{r, w}
	}
	return r
}
