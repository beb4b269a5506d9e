package e2e

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/transport"
)

// A request that net/http can never send is not retried. net/http has no types for most
// of these errors, so this test notices if their texts change.
func TestARequestThatCannotBeSentIsNotRetried(t *testing.T) {
	w := startFaultServer(t, greeting, always("/loop", fault.Redirect(302, "")))
	untrusted := httptest.NewUnstartedServer(greeting)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	for name, tc := range map[string]struct {
		url    string
		header http.Header
		text   string
		hops   int
		dials  int64
	}{
		"certificate":  {untrusted.URL, nil, "certificate", 1, 1},
		"TLS to plain": {strings.Replace(w.URL, "http:", "https:", 1), nil, "server gave HTTP response to HTTPS client", 1, 1},
		"scheme":       {"gopher://127.0.0.1/", nil, "unsupported protocol scheme", 1, 0},
		"header name":  {w.URL, http.Header{"a b": {"c"}}, "invalid header field name", 1, 0},
		"header value": {w.URL, http.Header{"A": {"b\nc"}}, "invalid header field value", 1, 0},
		"redirects":    {w.URL + "/loop", nil, "stopped after 10 redirects", 10, 1},
	} {
		t.Run(name, func(t *testing.T) {
			// net/http closes a connection whose writer takes more than 50 ms to report that it is
			// done, which happens on a busy machine. In a bubble that time never passes, because
			// the clock stands still while a goroutine reads a socket.
			synctest.Test(t, func(t *testing.T) {
				s := newStack(t, stackConfig{policy: noDelays()})
				ctx, trace := transport.WithTrace(t.Context())
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, tc.url, nil)
				if err != nil {
					t.Fatal(err)
				}
				if tc.header != nil {
					req.Header = tc.header
				}
				resp, err := s.client.Do(req)
				if err == nil || !strings.Contains(err.Error(), tc.text) {
					t.Errorf("%v, want one that contains %q", err, tc.text)
				}
				if resp != nil {
					_ = resp.Body.Close()
				}
				attempts := 0
				for _, c := range trace.Calls() {
					attempts += c.Count()
				}
				if len(trace.Calls()) != tc.hops || attempts != tc.hops || s.dialer.dialed.Load() != tc.dials {
					t.Errorf("%d attempts, %d dials, want %d and %d\n%s", attempts, s.dialer.dialed.Load(), tc.hops, tc.dials, trace)
				}
			})
		})
	}
}

// Half of the concurrent calls get a body that is not in the coding that its header names, and half
// get a correct one. All have a context of a type that package context does not know.
func TestConcurrentCallsReadTheirOwnBodies(t *testing.T) {
	long := strings.Repeat("0123456789", 10<<10)
	w := startFaultServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/corrupt" {
			rw.Header().Set("Content-Encoding", "gzip")
		}
		_, _ = io.WriteString(rw, long)
	}), fault.Plan{})
	s := newStack(t, stackConfig{policy: noDelays(), routes: []string{"/corrupt", "/fine"}})
	const workers, each = 2 * slots, 10
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range each {
				path, corrupt := "/fine", i%2 == 0
				if corrupt {
					path = "/corrupt"
				}
				parent := unknownContext{context.Background(), make(chan struct{})}
				req, err := http.NewRequestWithContext(parent, http.MethodGet, w.URL+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := s.client.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				b, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if corrupt && err == nil || !corrupt && (err != nil || string(b) != long) {
					t.Errorf("%s: %d bytes, %v", path, len(b), err)
				}
			}
		})
	}
	wg.Wait()
	if n := w.log.Total(); n != workers*each {
		t.Errorf("%d requests for %d calls", n, workers*each)
	}
}
