package roundtriptest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

func uploadMutants() []mutant {
	return []mutant{
		simple("rejects an ended context without closing the body (go-vcr)", "request-body-closed-canceled-before request-body-closed-past-deadline", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if err := req.Context().Err(); err != nil {
				return nil, err
			}
			return next.RoundTrip(req)
		}),
		simple("sends a body of GetBody and forgets the caller's (retryablehttp)", "request-body-closed-on-success request-body-closed-canceled-during", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			c := copyOf(req.Context(), req)
			if body, ok := bodyAgain(req); ok {
				c.Body = body
			}
			return next.RoundTrip(c)
		}),
		simple("closes the body after the base has", "request-body-closed-on-success request-body-closed-unread", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			defer closeBody(req)
			return next.RoundTrip(req)
		}),
		simple("closes the body again on errors only", "request-body-closed-on-error", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				closeBody(req)
			}
			return resp, err
		}),
		sending("gives the base a body whose Close does nothing", "request-body-closed-on-success request-body-closed-on-status", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody {
				req.Body = io.NopCloser(req.Body)
			}
		}),
		sending("turns a nil Body into an empty one", "request-body-nil-kept", func(req *http.Request) {
			if req.Body == nil {
				req.Body = http.NoBody
			}
		}),
		sending("wraps NoBody", "request-body-nobody-kept", func(req *http.Request) {
			if req.Body != nil {
				req.Body = partly{req.Body, req.Body}
			}
		}),
		sending("forgets ContentLength", "request-length-kept", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody {
				req.ContentLength = -1
			}
		}),
		sending("wraps Body and drops GetBody", "request-getbody-kept", func(req *http.Request) { req.GetBody = nil }),
		sending("encrypts Body and leaves GetBody plain", "request-getbody-kept", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody && req.GetBody != nil {
				req.Body = partly{io.MultiReader(strings.NewReader("!"), req.Body), req.Body}
			}
		}),
		sending("rewinds a seekable body to its start", "request-body-from-offset", func(req *http.Request) {
			if s, ok := req.Body.(io.Seeker); ok {
				_, _ = s.Seek(0, io.SeekStart)
			}
		}),
		sending("reads the body before sending, to sign it", "early-response wire-expect-continue", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody {
				data, err := io.ReadAll(req.Body)
				_ = req.Body.Close()
				req.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), &together{err: eofForNil(err)}))
			}
		}),
		sending("sends the first MiB of a body", "wire-large-upload", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody {
				req.Body = partly{io.LimitReader(req.Body, 1<<20), req.Body}
			}
		}),
		sending("takes an error of the body for EOF", "request-body-read-error", func(req *http.Request) {
			if req.Body != nil && req.Body != http.NoBody {
				req.Body = partly{endless{req.Body}, req.Body}
			}
		}),
		{"retries with the body already sent (resty #47)", "attempts-carry-whole-body request-body-not-read-after-close", retries(func(r *retrier) {
			r.again = func(req *http.Request) (io.ReadCloser, bool) { return req.Body, true }
		}), Retries, false},
		{"retries without the body", "attempts-carry-whole-body", retries(func(r *retrier) {
			r.again = func(*http.Request) (io.ReadCloser, bool) { return nil, true }
		}), Retries, false},
		{"rewinds one reader for all attempts (retryablehttp #94)", "attempts-share-no-reader", func(next http.RoundTripper) http.RoundTripper {
			inner := retries(func(r *retrier) {
				r.again = func(req *http.Request) (io.ReadCloser, bool) {
					if kept, ok := req.Body.(*rewound); ok {
						kept.rewind()
						return kept, true
					}
					return bodyAgain(req)
				}
			})(next)
			return around{next, func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
				s, ok := req.Body.(io.Seeker)
				if !ok {
					return inner.RoundTrip(req)
				}
				if _, file := req.Body.(interface{ Fd() uintptr }); file {
					return inner.RoundTrip(req)
				}
				defer closeBody(req)
				c := copyOf(req.Context(), req)
				c.Body = &rewound{Reader: req.Body, s: s}
				return inner.RoundTrip(c)
			}}
		}, Retries, true},
		sending("reads the body of GetBody before sending, to sign it", "rewound-body-arrives-whole rewound-body-early-response", func(req *http.Request) {
			if body, ok := bodyAgain(req); ok && body != nil {
				_, _ = io.Copy(io.Discard, body)
				_ = body.Close()
			}
		}),
		{"rewinds a body that is still being sent", "rewound-body-early-response", retries(func(r *retrier) {
			r.lend = func(body io.ReadCloser) (io.ReadCloser, func()) { return body, func() {} }
		}), Retries, true},
		{"ignores that GetBody failed", "getbody-failure", retries(func(r *retrier) {
			r.again = func(req *http.Request) (io.ReadCloser, bool) {
				if req.GetBody == nil {
					return bodyAgain(req)
				}
				body, _ := req.GetBody()
				return partly{body, body}, true
			}
		}), Retries, false},
	}
}

// A rewound is a body that stays open and can be read from its start again.
type rewound struct {
	io.Reader
	s io.Seeker
}

func (*rewound) Close() error { return nil }

func (r *rewound) rewind() { _, _ = r.s.Seek(0, io.SeekStart) }

// An endless is a reader that turns every error into EOF.
type endless struct{ io.Reader }

func (e endless) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	return n, eofForError(err)
}

func eofForNil(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

func eofForError(err error) error {
	if err != nil {
		return io.EOF
	}
	return nil
}
