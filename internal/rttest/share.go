package rttest

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"
)

// Share returns a transport like base that has one connection over HTTP/2, which the next request to the host of a URL
// takes. A test cannot expect that after a single request: net/http hands a new connection to the request that waits for
// it before it offers the connection to others, and on a busy machine the next request may come in between.
func Share(t *testing.T, base *http.Transport, url string) *http.Transport {
	t.Helper()
	for {
		own := base.Clone()
		t.Cleanup(own.CloseIdleConnections)
		if get(t, own, url); get(t, own, url) {
			return own
		}
		own.CloseIdleConnections()
	}
}

// get sends a GET over HTTP/2 and reports whether its connection was used before.
func get(t *testing.T, rt http.RoundTripper, url string) (reused bool) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatalf("a response over %s", resp.Proto)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return reused
}
