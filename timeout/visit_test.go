package timeout_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// The connection of a call is known even if the caller has a trace of its own, and a body that has
// ended no longer concerns its connection.
func TestTheTraceOfTheCallerStays(t *testing.T) {
	h, base, url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "here")
	}), "HTTP/2")
	var got, first int
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { got++ },
		GotFirstResponseByte: func() { first++ },
	})
	base = rttest.Share(t, base, url)
	before := h.Dials()
	rt := timeout.PerAttempt(time.Minute).Wrap(base)
	for n := range 3 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if string(b) != "here" || err != nil || got != n+1 || first != n+1 || h.Dials() != before {
			t.Errorf("%q, %v, %d connections, %d first bytes", b, err, got, first)
		}
	}
}

// net/http sends a GET again by itself if a connection breaks that was used before.
func TestTheRowSaysWhatTheTransportSentAgain(t *testing.T) {
	var arrived atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/before" && arrived.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
	}))
	defer srv.Close()
	base := srv.Client().Transport
	rttest.Keep(t, base, srv.URL+"/before")
	rt := timeout.PerAttempt(time.Minute).Wrap(base)
	for _, want := range []string{"sent 2 times by the transport", ""} {
		ctx, trace := transport.WithTrace(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if c := trace.Calls()[0]; c.Count() != 1 || c.Attempt().Notes() != want {
			t.Errorf("want the note %q in\n%s", want, c)
		}
	}
	if n := arrived.Load(); n != 3 {
		t.Errorf("%d arrived, want 3", n)
	}
}
