package rttest

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"
)

// Keep sends GETs over HTTP/1 to a URL until the transport keeps the connection of one for the next request. A test
// cannot expect that of a single request: on a busy machine net/http closes a connection whose writer has not reported
// within 50 ms that it is done.
func Keep(t *testing.T, base http.RoundTripper, url string) {
	t.Helper()
	for kept := make(chan error, 1); ; {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{PutIdleConn: func(err error) { kept <- err }})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := base.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.ProtoMajor > 1 {
			t.Fatalf("a response over %s, whose connections are kept anyway", resp.Proto)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		// net/http says so before the body ends, if it keeps the connection.
		select {
		case err := <-kept:
			if err == nil {
				return
			}
		default:
		}
	}
}
