package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A slowServer does not respond to its first n requests. The headers of the later responses, and
// each read of their bodies, take a while.
type slowServer struct {
	n, sent     int
	heads, each time.Duration // how long the headers take, and each read
	body        string
}

// RoundTrip implements http.RoundTripper.
func (s *slowServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.sent++; s.sent <= s.n {
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	}
	if _, err := (&slowReader{req.Context(), strings.NewReader("."), s.heads}).Read(make([]byte, 1)); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Request: req, Body: io.NopCloser(&slowReader{req.Context(), strings.NewReader(s.body), s.each})}, nil
}

// A slowReader waits before each read, but no longer than its context lasts.
type slowReader struct {
	ctx   context.Context
	r     io.Reader
	takes time.Duration
}

// Read implements io.Reader.
func (l *slowReader) Read(p []byte) (int, error) {
	t := time.NewTimer(l.takes)
	defer t.Stop()
	select {
	case <-t.C:
		return l.r.Read(p)
	case <-l.ctx.Done():
		return 0, context.Cause(l.ctx)
	}
}

// The retry layer is between the two time limits. The limit of an attempt does not end a
// body that takes longer.
func TestTheTimeLimitsOfCallAndAttemptEndWhatTheyBound(t *testing.T) {
	body := strings.Repeat("x", 102_400)
	for name, tc := range map[string]struct {
		silent  int
		heads   time.Duration
		total   time.Duration
		attempt time.Duration
		use     []transport.Override
		sent    int
		ends    time.Duration // how long the headers or the error take
		is      error
		isNot   error
	}{
		"four attempts time out":               {4, 0, time.Minute, 10 * time.Second, nil, 4, 40 * time.Second, timeout.ErrAttempt, timeout.ErrTotal},
		"the fifth does not":                   {4, 0, time.Minute, 10 * time.Second, []transport.Override{retry.Policy{Attempts: 5, Delay: retry.NoDelay}}, 5, 40 * time.Second, nil, nil},
		"always slower":                        {0, 20 * time.Second, time.Minute, 10 * time.Second, nil, 4, 40 * time.Second, timeout.ErrAttempt, timeout.ErrTotal},
		"always slower, widened":               {0, 20 * time.Second, time.Minute, 10 * time.Second, []transport.Override{timeout.PerAttempt(time.Hour)}, 1, 20 * time.Second, nil, nil},
		"the call times out during the second": {4, 0, 15 * time.Second, 10 * time.Second, nil, 2, 15 * time.Second, timeout.ErrTotal, timeout.ErrAttempt},
		"a slow body":                          {0, 0, time.Minute, time.Second, nil, 1, 0, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &slowServer{n: tc.silent, heads: tc.heads, each: 5 * time.Second, body: body}
				client := &http.Client{Transport: gracy.Around(base,
					timeout.New(timeout.Config{Total: tc.total}),
					retry.New(retry.Policy{Attempts: 4, Delay: retry.NoDelay}),
					timeout.PerAttempt(tc.attempt))}
				start := time.Now()
				req, err := http.NewRequestWithContext(transport.With(t.Context(), tc.use...), http.MethodGet, "http://api.test/", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := client.Do(req)
				if took := time.Since(start); took != tc.ends || base.sent != tc.sent {
					t.Errorf("ended after %v and %d attempts, want %v and %d", took, base.sent, tc.ends, tc.sent)
				}
				if !errors.Is(err, tc.is) || tc.isNot != nil && errors.Is(err, tc.isNot) {
					t.Errorf("%v, want %v", err, tc.is)
				}
				if err != nil {
					return
				}
				defer resp.Body.Close()
				got, err := io.ReadAll(resp.Body)
				if err != nil || string(got) != body {
					t.Errorf("%d bytes, %v; want all of them", len(got), err)
				}
				if read := time.Since(start) - tc.ends; read <= tc.attempt && tc.attempt < 10*time.Second {
					t.Errorf("the body took %v, which is not longer than the limit of an attempt", read)
				}
			})
		})
	}
}
