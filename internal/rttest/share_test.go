package rttest_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestTheNextRequestTakesASharedConnection(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	base := srv.Client().Transport.(*http.Transport) //nolint:forcetypeassert // it is one
	for range 100 {
		rt := rttest.Share(t, base, srv.URL)
		var conns []bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { conns = append(conns, c.Reused) }})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if len(conns) != 1 || !conns[0] || resp.ProtoMajor != 2 {
			t.Fatalf("over %s, reused %v", resp.Proto, conns)
		}
		rt.CloseIdleConnections()
	}
}
