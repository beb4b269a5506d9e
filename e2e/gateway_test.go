package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"testing"
)

// behind puts a gateway between the client of a run and its server: a reverse proxy of net/http
// that sends with the client's transport.
func (p *comparisonRun) behind(t *testing.T) (stop func()) {
	t.Helper()
	to, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		Transport:     p.client.Transport,
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
	})
	gateway.Config.ErrorLog = log.New(io.Discard, "", 0)
	gateway.Start()
	inner := p.client
	p.client, p.url = gateway.Client(), gateway.URL
	return func() {
		p.client.CloseIdleConnections()
		gateway.Close()
		inner.CloseIdleConnections()
	}
}

// behindGateway returns the names of the scenarios in which a gateway over the bare transport does
// the same each time. In the others it depends on a race, such as whether the start of a body is
// there when a Content-Type is guessed, or whether the client has sent its body before it is
// rejected.
func behindGateway() []string {
	return []string{
		"GET", "HEAD", "headers unchanged", "connections", "statuses are not errors", "gzip", "a body of known length",
		"a body of unknown length", "a body above every buffer", "a response that comes in parts", "a response that is not read",
		"trailers both ways", "101", "103", "301, 302 and 303 drop the body",
		"canceled before the headers", "canceled in the body", "a body closed in its middle", "a body that fails",
		"a connection closed before the response to a POST", "no HTTP at all", "HTTP/2 GET", "HTTP/2 bodies", "HTTP/2 trailers",
		"HTTP/2 thirty at once", "HTTP/2 canceled before the headers",
	}
}

func TestAGatewayBehavesAsOverNetHTTPAlone(t *testing.T) {
	known := scenarios()
	for _, name := range behindGateway() {
		i := slices.IndexFunc(known, func(s scenario) bool { return s.name == name })
		if i < 0 {
			t.Errorf("no scenario %q", name)
			continue
		}
		s := known[i]
		s.gateway, s.want = true, nil // the gateway's response differs from that of the server
		t.Run(name, func(t *testing.T) { s.same(t, shortTimes[len(shortTimes)-1]) })
	}
}

// The control: a gateway whose transport drops the trailers differs.
func TestAGatewayShowsThatTrailersAreDropped(t *testing.T) {
	dropping := around(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			without := *resp // the original gets them when the body ends
			without.Trailer = nil
			return &without, nil
		})
	})
	all := scenarios()
	s := all[slices.IndexFunc(all, func(s scenario) bool { return s.name == "trailers both ways" })]
	s.gateway = true
	if s.run(t, dropping, shortTimes[0]) == s.run(t, nil, shortTimes[0]) {
		t.Error("it does not show")
	}
}
