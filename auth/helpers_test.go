package auth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
)

// site is the origin of rttest.URL.
const site = "http://api.test"

// fine responds with 200.
func fine(req *http.Request) (*http.Response, error) { return rttest.Respond(200, "")(req) }

// observeHeader responds with 200 and passes the value of a request header to f.
func observeHeader(name string, f func(value string)) rttest.Func {
	return func(req *http.Request) (*http.Response, error) {
		f(req.Header.Get(name))
		return fine(req)
	}
}

// tokenServer accepts one token at a time and responds with 401 to all others.
type tokenServer struct {
	token        atomic.Pointer[string]
	sent         atomic.Int64
	unauthorized atomic.Int64
	withBody     atomic.Int64 // requests that carried the whole body "payload"
	open         atomic.Int64 // response bodies that are not closed
}

func accepting(token string) *tokenServer {
	s := new(tokenServer)
	s.token.Store(&token)
	return s
}

func (s *tokenServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		if string(b) == "payload" {
			s.withBody.Add(1)
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	s.sent.Add(1)
	resp := rttest.Response(req, 200, "fine")
	if req.Header.Get("Authorization") != "Bearer "+*s.token.Load() {
		s.unauthorized.Add(1)
		resp = rttest.Response(req, 401, "unauthorized")
	}
	s.open.Add(1)
	resp.Body = &openBody{ReadCloser: resp.Body, open: &s.open}
	return resp, nil
}

// openBody counts down once when it is closed.
type openBody struct {
	io.ReadCloser
	open *atomic.Int64
	done atomic.Bool
}

func (b *openBody) Close() error {
	if !b.done.Swap(true) {
		b.open.Add(-1)
	}
	return b.ReadCloser.Close()
}

// issuer is a source that returns token-1, token-2 and so on.
type issuer struct {
	fetches atomic.Int64
	takes   time.Duration // the time that a fetch takes
	life    time.Duration // the life of a token; 0 means that it does not expire
	fail    func(fetch int64) error
	during  func(ctx context.Context) // called at the start of each fetch
}

// failAfterFirst is the fail of an issuer whose first fetch alone succeeds.
func failAfterFirst(fetch int64) error {
	if fetch > 1 {
		return rttest.ErrBoom
	}
	return nil
}

func (i *issuer) Token(ctx context.Context) (auth.Token, error) {
	n := i.fetches.Add(1)
	if i.during != nil {
		i.during(ctx)
	}
	if i.takes > 0 {
		t := time.NewTimer(i.takes)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return auth.Token{}, context.Cause(ctx)
		}
	}
	if i.fail != nil {
		if err := i.fail(n); err != nil {
			return auth.Token{}, err
		}
	}
	token := auth.Token{Value: fmt.Sprintf("token-%d", n)}
	if i.life > 0 {
		token.Expiry = time.Now().Add(i.life)
	}
	return token, nil
}

func request(ctx context.Context, tb testing.TB, method, url string, body io.Reader) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

// get returns the status of the response to a GET, or the error.
func get(ctx context.Context, tb testing.TB, rt http.RoundTripper) (int, error) {
	tb.Helper()
	resp, err := rttest.Try(ctx, rt)
	if err != nil {
		return 0, err
	}
	rttest.Read(tb, resp)
	return resp.StatusCode, nil
}

// wantStatus reports an error if a GET is not responded to with the status.
func wantStatus(ctx context.Context, tb testing.TB, rt http.RoundTripper, status int) {
	tb.Helper()
	if got, err := get(ctx, tb, rt); got != status || err != nil {
		tb.Errorf("got %d, %v, want %d", got, err, status)
	}
}
