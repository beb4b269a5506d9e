package match

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func request(t *testing.T, method, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestARequestMatchesIfAllFieldsDo(t *testing.T) {
	for _, tt := range []struct {
		f           Fields
		method, url string
		want        bool
	}{
		{Fields{}, "GET", "http://a.test/x", true},
		{Fields{URL: "/pokemon/"}, "GET", "https://a.test/api/pokemon/1", true},
		{Fields{URL: "/pokemon/"}, "GET", "https://a.test/api/berry/1", false},
		{Fields{URL: "/pokemon/"}, "GET", "https://pokemon/", true},                 // the host is part of it
		{Fields{URL: "pokemon"}, "GET", "https://a.test/berry?x=pokemon", false},    // the query is not
		{Fields{URL: "pokemon"}, "GET", "https://pokemon:pw@a.test/berry", false},   // nor the user
		{Fields{URL: `^https://a\.test/`}, "GET", "https://a.test/x", true},         // anchored
		{Fields{URL: `^https://a\.test/`}, "GET", "https://b.test/x", false},        //
		{Fields{URL: `/p/\d+$`}, "GET", "https://a.test/p/12", true},                //
		{Fields{URL: `/p/\d+$`}, "GET", "https://a.test/p/x", false},                //
		{Fields{URL: "a%20b"}, "GET", "https://a.test/a%20b", true},                 // as it is sent
		{Fields{Route: "GET /p/{id}"}, "GET", "https://a.test/p/1", true},           //
		{Fields{Route: "GET /p/{id}"}, "HEAD", "https://a.test/p/1", true},          // GET matches HEAD too, as in ServeMux
		{Fields{Route: "GET /p/{id}"}, "POST", "https://a.test/p/1", false},         //
		{Fields{Route: "/p/{id}"}, "POST", "https://a.test/p/1", true},              //
		{Fields{Route: "b.test/p/{id}"}, "GET", "https://a.test/p/1", false},        //
		{Fields{Host: "a.test"}, "GET", "https://A.test:8080/p", true},              //
		{Fields{Host: "a.test:80"}, "GET", "https://a.test:8080/p", false},          //
		{Fields{Host: "A.test:443"}, "GET", "https://a.test/p", true},               // one origin
		{Fields{Host: "a.test:80"}, "GET", "https://a.test/p", false},               //
		{Fields{Host: "a.test:80"}, "GET", "http://a.test/p", true},                 //
		{Fields{Host: "a.test"}, "GET", "http://a.test./p", false},                  // a name of its own
		{Fields{Host: "[::1]"}, "GET", "http://[::1]:8080/p", true},                 //
		{Fields{Host: "kelvin"}, "GET", "http://\u212aelvin/p", false},              //
		{Fields{Method: "GET"}, "", "https://a.test/", true},                        //
		{Fields{Method: "POST"}, "GET", "https://a.test/", false},                   //
		{Fields{Method: "GET", URL: "/x"}, "GET", "https://a.test/y", false},        // all fields together
		{Fields{Method: "GET", Host: "b.test"}, "GET", "https://a.test/y", false},   //
		{Fields{URL: "mailto:x"}, "GET", "mailto:x@a.test", true},                   // opaque
		{Fields{URL: "/p/" + strings.Repeat("a", 5000)}, "GET", "http://a/", false}, //
	} {
		m, err := Compile(tt.f)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Match(nil, request(t, tt.method, tt.url)); got != tt.want {
			t.Errorf("%+v matches %s %s: %v, want %v", tt.f, tt.method, tt.url, got, tt.want)
		}
		if m.All() != (tt.f == Fields{}) {
			t.Errorf("%+v: All is %v", tt.f, m.All())
		}
	}
}

func TestARouteMatchesTheRouteOfTheCall(t *testing.T) {
	m, err := Compile(Fields{Route: "GET /pokemon/{name}"})
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]bool{"/pokemon/{name}": true, "/berry/{name}": false} {
		var got bool
		probe := &rttest.Layer{Name: "probe", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			got = m.Match(c, req)
			return next.RoundTrip(req)
		}}
		rt := probe.Wrap(rttest.Respond(200, ""))
		req := request(t, "GET", "https://a.test/api/v2/pokemon/1")
		resp, err := rt.RoundTrip(req.WithContext(transport.WithRoute(t.Context(), given)))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got != want {
			t.Errorf("a call of the route %s: %v, want %v", given, got, want)
		}
	}
}

func TestTheErrorOfCompileNamesTheField(t *testing.T) {
	for want, f := range map[string]Fields{"field URL: ": {URL: "("}, "field Route: ": {Route: "no slash"}, "field Method: ": {Method: "post"}} {
		if _, err := Compile(f); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %q first", f, err, want)
		}
	}
}

func TestStringDescribesTheRequests(t *testing.T) {
	f := Fields{URL: "/x/", Host: "a.test", Method: "GET"}
	if got, want := f.String(), " with method GET to a.test for URLs matching /x/"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (Fields{Route: "GET /x"}).String(); got != " for GET /x" {
		t.Errorf("got %q", got)
	}
}

// What is no host never matches, so a rule for it would not apply to anything, without a word.
func TestAHostThatNoURLHasIsAnError(t *testing.T) {
	for host, want := range map[string]string{
		"https://api.test":        `field Host: "https://api.test" is not a host: write "api.test"`,
		"https://api.test:444/v1": `field Host: "https://api.test:444/v1" is not a host: write "api.test:444"`,
		"https://u:pw@api.test/":  `field Host: "https://REDACTED@api.test/" is not a host: write "api.test"`,
		"api.test/v1":             `field Host: "api.test/v1" is not a host`,
		"*.test":                  `field Host: "*.test" is not a host`,
		"{host}":                  `field Host: "{host}" is not a host`,
		"api test":                `field Host: "api test" is not a host`,
	} {
		if _, err := Compile(Fields{Host: host}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", host, err, want)
		}
	}
	for _, host := range []string{"api.test", "api.test:444", "[::1]", "::1", "[::1]:80", "fe80::1%eth0", "a_b", "bücher.test"} {
		if _, err := Compile(Fields{Host: host}); err != nil {
			t.Error(err)
		}
	}
}
