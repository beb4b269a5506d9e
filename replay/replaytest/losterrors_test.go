package replaytest_test

import (
	"context"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

// A test may be about an error, and then the error must be on the tape.
func TestARecordingWithoutAnErrorSaysSo(t *testing.T) {
	record(t)
	broken := rttest.Func(func(req *http.Request) (*http.Response, error) {
		switch req.URL.Path {
		case "/ok":
			return rttest.Respond(200, "x").RoundTrip(req)
		case "/reset":
			return nil, syscall.ECONNRESET
		}
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	})
	test := func(o replay.Options, paths ...string) *fake {
		return run("TestError", func(tb *fake) {
			rt := replaytest.Open(tb, replaytest.Config{Options: o}).Wrap(broken)
			for _, p := range paths {
				c := &http.Client{Transport: rt}
				if strings.HasPrefix(p, "/slow") { // nothing else may take too long, on however busy a machine
					c.Timeout = time.Millisecond
				}
				get(c, "http://a.test"+p)
			}
		})
	}
	if f := test(replay.Options{}, "/slow?token=abcdefgh"); !f.failed || !strings.Contains(f.text(), "Options.Errors") || !strings.Contains(f.text(), "GET /slow") || strings.Contains(f.text(), "abcdefgh") {
		t.Errorf("nothing but an error: failed %v: %s", f.failed, f.text())
	}
	if f := test(replay.Options{Errors: true}, "/reset"); f.failed || strings.Contains(f.text(), "failed") {
		t.Errorf("an error that is recorded: failed %v: %s", f.failed, f.text())
	}
	if f := test(replay.Options{}, "/ok", "/slow"); f.failed || !strings.Contains(f.text(), "GET /slow") {
		t.Errorf("an error too: failed %v: %s", f.failed, f.text())
	}
	f := run("TestError", func(tb *fake) {
		cancel := make(chan struct{})
		rt := replaytest.Open(tb, replaytest.Config{Options: replay.Options{Errors: true}}).Wrap(rttest.Func(func(*http.Request) (*http.Response, error) {
			close(cancel)
			return nil, syscall.ECONNRESET
		}))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.test/canceled", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Cancel = cancel //nolint:staticcheck // http.Client still uses it
		if _, err := rt.RoundTrip(req); err == nil {
			t.Error("no error")
		}
	})
	if !strings.Contains(f.text(), "GET /canceled") {
		t.Errorf("an error of the caller's own, by Cancel: %s", f.text())
	}
}
