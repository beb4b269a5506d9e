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
		base := srv.Client().Transport
		client := &http.Client{Transport: gracy.Around(base, retry.New(retry.Policy{Attempts: 4, Delay: retry.NoDelay}), timeout.PerAttempt(2*time.Second))}
		get := func(attempts int) {
			ctx, trace := transport.WithTrace(t.Context())
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
		get(1)
		h.Swallow()
		get(2)
		get(1)
		if h.Dials() != 2 {
			t.Errorf("HTTP/2 %v: %d dials, want 2", two, h.Dials())
		}
		client.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	}
}
