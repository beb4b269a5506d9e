package gracy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A retry does not repeat its cause: over HTTP/2, as over HTTP/1.1, it leaves the
// connection on which the attempt before it timed out, also without any wait.
func TestARetryLeavesADeadConnection(t *testing.T) {
	for _, two := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
		srv.EnableHTTP2 = two
		srv.StartTLS()
		h := rttest.NewHop(t, srv.Listener.Addr().String())
		base := srv.Client().Transport.(*http.Transport) //nolint:forcetypeassert // it is one
		if two {
			base = rttest.Share(t, base, "https://"+h.Addr().String())
		}
		client := &http.Client{Transport: gracy.Around(base, retry.New(retry.Policy{Attempts: 4, Delay: retry.NoDelay}), timeout.PerAttempt(0))}
		get := func(attempts int, limit time.Duration) {
			ctx, trace := transport.WithTrace(transport.With(t.Context(), timeout.PerAttempt(limit)))
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+h.Addr().String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Errorf("HTTP/2 %v: %v", two, err)
				return
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			first := trace.Calls()[0].Attempt()
			for a := range trace.Calls()[0].Attempts() {
				first = a
				break
			}
			if note := first.Notes(); (note == "connection closed: it received nothing") != (two && attempts == 2) {
				t.Errorf("HTTP/2 %v: the first attempt has the note %q", two, note)
			}
			if n := trace.Calls()[0].Count(); string(b) != "here" || n != attempts || two != (resp.ProtoMajor == 2) {
				t.Errorf("HTTP/2 %v: %q, %v after %d attempts, want %d\n%s", two, b, err, n, attempts, trace.Calls()[0])
			}
		}
		if two {
			get(1, time.Minute)
		} else {
			rttest.Keep(t, base, "https://"+h.Addr().String())
		}
		before := h.Dials()
		h.Swallow()
		get(2, 2*time.Second)
		if h.Dials() != before+1 {
			t.Errorf("HTTP/2 %v: %d dials, want %d", two, h.Dials(), before+1)
		}
		for calls, dials := 1, h.Dials(); ; calls, dials = calls+1, h.Dials() {
			get(1, time.Minute)
			if !two || h.Dials() == dials { // over HTTP/1.1 net/http may have closed the one before
				break
			}
			if calls == 10 { // of which the first may come before net/http offers the connection
				t.Fatalf("%d calls have made %d dials", calls, h.Dials()-before-1)
			}
		}
		client.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	}
}
