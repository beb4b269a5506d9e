package timeout_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// No error matches that of a cancel, over HTTP/1.1 or HTTP/2.
func TestEachLimitHasItsOwnErrorOverSockets(t *testing.T) {
	for _, two := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path == "/body" {
				_, _ = io.WriteString(w, "half")
				_ = http.NewResponseController(w).Flush()
			}
			<-req.Context().Done()
		}))
		srv.EnableHTTP2 = two
		srv.StartTLS()
		base := srv.Client().Transport
		const d = 20 * time.Millisecond
		for name, test := range map[string]struct {
			path  string
			layer transport.Layer
			is    error
		}{
			"total":   {"/", timeout.New(timeout.Config{Total: d}), timeout.ErrTotal},
			"attempt": {"/", timeout.PerAttempt(d), timeout.ErrAttempt},
			"idle":    {"/body", timeout.New(timeout.Config{Idle: d}), timeout.ErrIdle},
		} {
			resp, err := (&http.Client{Transport: test.layer.Wrap(base)}).Get(srv.URL + test.path)
			if resp != nil {
				if two != (resp.ProtoMajor == 2) {
					t.Errorf("%s: %s", name, resp.Proto)
				}
				var b []byte
				if b, err = io.ReadAll(resp.Body); string(b) != "half" {
					t.Errorf("%s: %q", name, b)
				}
				_ = resp.Body.Close()
			}
			if !errors.Is(err, test.is) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || !timedOut(err) {
				t.Errorf("HTTP/2 %v, %s: %v", two, name, err)
			}
		}
		srv.Close()
	}
}
