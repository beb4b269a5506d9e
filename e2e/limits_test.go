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

// silent does not answer its first n requests; the headers and the body of the
// later ones take their time.
type silent struct {
	n, sent     int
	heads, each time.Duration
	body        string
}

// RoundTrip implements http.RoundTripper.
func (s *silent) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.sent++; s.sent <= s.n {
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	}
	if _, err := (&late{req.Context(), strings.NewReader("."), s.heads}).Read(make([]byte, 1)); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Request: req, Body: io.NopCloser(&late{req.Context(), strings.NewReader(s.body), s.each})}, nil
}

// late waits before each read, as long as its context lives.
type late struct {
	ctx   context.Context
	r     io.Reader
	takes time.Duration
}

// Read implements io.Reader.
func (l *late) Read(p []byte) (int, error) {
	t := time.NewTimer(l.takes)
	defer t.Stop()
	select {
	case <-t.C:
		return l.r.Read(p)
	case <-l.ctx.Done():
		return 0, context.Cause(l.ctx)
	}
}

// Retry between the two time limits: whose ends what, after how many attempts.
// The limit of an attempt leaves a body alone that outlasts it.
func TestTimeLimitsAroundRetry(t *testing.T) {
	body := strings.Repeat("x", 102_400)
	for name, tc := range map[string]struct {
		silent  int
		heads   time.Duration
		total   time.Duration
		attempt time.Duration
		use     []transport.Override
		sent    int
		ends    time.Duration // until the headers or the error
		is      error
		isNot   error
	}{
		"four attempts time out":   {4, 0, time.Minute, 10 * time.Second, nil, 4, 40 * time.Second, timeout.ErrAttempt, timeout.ErrTotal},
		"the fifth would not":      {4, 0, time.Minute, 10 * time.Second, []transport.Override{retry.Policy{Attempts: 5, Delay: retry.NoDelay}}, 5, 40 * time.Second, nil, nil},
		"always slower":            {0, 20 * time.Second, time.Minute, 10 * time.Second, nil, 4, 40 * time.Second, timeout.ErrAttempt, timeout.ErrTotal},
		"always slower, widened":   {0, 20 * time.Second, time.Minute, 10 * time.Second, []transport.Override{timeout.PerAttempt(time.Hour)}, 1, 20 * time.Second, nil, nil},
		"the call ends the second": {4, 0, 15 * time.Second, 10 * time.Second, nil, 2, 15 * time.Second, timeout.ErrTotal, timeout.ErrAttempt},
		"a slow body":              {0, 0, time.Minute, time.Second, nil, 1, 0, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &silent{n: tc.silent, heads: tc.heads, each: 5 * time.Second, body: body}
				client := &http.Client{Transport: gracy.Around(base,
					timeout.New(timeout.Config{Total: tc.total}),
					retry.New(retry.Policy{Attempts: 4, Delay: retry.NoDelay}),
					timeout.PerAttempt(tc.attempt))}
				begin := time.Now()
				req, err := http.NewRequestWithContext(transport.With(t.Context(), tc.use...), http.MethodGet, "http://api.test/", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := client.Do(req)
				if took := time.Since(begin); took != tc.ends || base.sent != tc.sent {
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
				if read := time.Since(begin) - tc.ends; read <= tc.attempt && tc.attempt < 10*time.Second {
					t.Errorf("the body took %v, which proves nothing", read)
				}
			})
		})
	}
}
