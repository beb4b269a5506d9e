package auth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/origin"
)

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.example.com":      "https://api.example.com",
		"https://API.Example.com/":     "https://api.example.com",
		"https://api.example.com:443":  "https://api.example.com",
		"https://api.example.com:8443": "https://api.example.com:8443",
		"http://127.0.0.1:80":          "http://127.0.0.1",
		"http://[::1]:8080":            "http://[::1]:8080",
		"https://xn--bcher-kva.test":   "https://xn--bcher-kva.test",
	} {
		if o, err := parseOrigin(text); err != nil || o.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, o, err, want)
		}
	}
	for _, text := range []string{
		"", "*.example.com", "https://*.example.com", "api.example.com", "//api.example.com", "ftp://api.example.com",
		"https://", "https://:443", "https://user:hunter2@api.example.com", "https://api.example.com/v1", "https://api.example.com?a=hunter2",
		"https://api.example.com?", "https://api.example.com#f", "https://api.example.com#", "https:api.example.com", "https://bücher.test",
		"https://api.example.com:99999x", "https://a b", "https://api.example.com\n",
	} {
		o, err := parseOrigin(text)
		if err == nil {
			t.Errorf("%q is taken for %s", text, o)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v shows the secret", text, err)
		}
	}
}

func TestWhichURLsAreOfTheOrigins(t *testing.T) {
	bound := newOriginSet([]string{"https://api.example.com", "http://127.0.0.1:8080", "http://[::1]:8080"})
	for text, want := range map[string]bool{
		"https://api.example.com/v1?q":        true,
		"https://API.EXAMPLE.COM:443/":        true,
		"http://127.0.0.1:8080/":              true,
		"http://[::1]:8080/":                  true,
		"http://api.example.com/":             false,
		"https://api.example.com:444/":        false,
		"https://api.example.com./":           false,
		"https://example.com/":                false,
		"https://evil.test/api.example.com":   false,
		"https://api.example.com.evil.test/":  false,
		"https://api.example.com@evil.test/":  false,
		"https://evilapi.example.com/":        false,
		"https://api.example.com%2eevil.test": false,
		"http://127.0.0.1/":                   false,
		"wss://api.example.com/":              false,
		"/v1":                                 false,
		"mailto:api.example.com":              false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			if want {
				t.Error(err)
			}
			continue
		}
		if got := bound.cover(u); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	for opaque, want := range map[string]bool{
		"//api.example.com/a%2Fb": true, "//api.example.com?q": true, "//api.example.com": true, "/a": true,
		"//evil.test/": false, "//api.example.com.evil.test/": false, "//api.example.com:444/": false, "http://evil.test": false, "*": false,
	} {
		u := &url.URL{Scheme: "https", Host: "api.example.com", Opaque: opaque}
		if got := bound.cover(u); got != want {
			t.Errorf("opaque %s: %v, want %v", opaque, got, want)
		}
	}
	// strings.EqualFold would take the Kelvin sign for a k.
	kelvin := newOriginSet([]string{"https://k.test"})
	if kelvin.cover(&url.URL{Scheme: "https", Host: "\u212a.test"}) {
		t.Error("the Kelvin sign passes for a k")
	}
}

// chain returns the request that a chain of redirects through urls ends with.
func chain(t *testing.T, urls ...string) *http.Request {
	t.Helper()
	var req *http.Request
	for _, text := range urls {
		next, err := http.NewRequestWithContext(t.Context(), http.MethodGet, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if req != nil {
			next.Response = &http.Response{Request: req}
		}
		req = next
	}
	return req
}

func TestWhichRedirectsCarryTheCredential(t *testing.T) {
	bound := newOriginSet([]string{"https://a.test", "https://b.test", "http://a.test"})
	anywhere := newOriginSet([]string{AnyOrigin})
	for _, c := range []struct {
		urls            []string
		bound, anywhere bool
	}{
		{[]string{"https://a.test/"}, true, true},
		{[]string{"https://a.test/", "https://a.test:443/2", "https://A.test/3"}, true, true},
		{[]string{"https://a.test/", "https://b.test/"}, true, false},                     // both are named
		{[]string{"https://a.test/", "https://c.test/"}, false, false},                    // to another
		{[]string{"https://a.test/", "https://c.test/", "https://a.test/"}, false, false}, // and back
		{[]string{"https://a.test/", "http://a.test/"}, false, false},                     // downgrade, though both are named
		{[]string{"http://a.test/", "https://a.test/"}, true, false},
		{[]string{"http://a.test/", "http://a.test/2"}, true, true},
		{[]string{"https://a.test/", "https://a.test:8443/"}, false, false},
		{[]string{"https://c.test/"}, false, true},
		{[]string{"https://c.test/", "https://a.test/", "https://a.test/2"}, false, false},
		{[]string{"https://c.test/", "https://a.test/"}, false, false}, // a named origin, but another one led there
	} {
		req := chain(t, c.urls...)
		if got := bound.allow(req); got != c.bound {
			t.Errorf("%v: named origins: %v, want %v", c.urls, got, c.bound)
		}
		if got := anywhere.allow(req); got != c.anywhere {
			t.Errorf("%v: any origin: %v, want %v", c.urls, got, c.anywhere)
		}
	}
	lost := chain(t, "https://a.test/")
	lost.Response = new(http.Response)
	if bound.allow(lost) || anywhere.allow(lost) {
		t.Error("a redirect from an unknown URL is trusted")
	}
}

// FuzzOrigin checks that an origin, written as text and parsed again, is the same, and that it
// covers its own URLs and not those of similar origins.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{"https://api.example.com:8443", "http://[::1%25eth0]:1", "https://a/", "https://A.b:443", "http://\u212a.test", "https://a:0443", "https://a:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseOrigin(text)
		if err != nil {
			return
		}
		again, err := parseOrigin(o.String())
		if strings.Contains(o.Host, "%") {
			return // a zone is written otherwise in a URL
		}
		if err != nil || again != o {
			t.Fatalf("%q is %s, and that is %s, %v", text, o, again, err)
		}
		s := originSet{list: []origin.Origin{o}}
		u, err := url.Parse(text)
		if err != nil || !s.cover(u) {
			t.Errorf("%q does not cover itself: %v", text, err)
		}
		for _, other := range []string{o.String() + ".evil.test", o.String() + "@evil.test", "ftp" + strings.TrimPrefix(o.String(), "http")} {
			if u, err := url.Parse(other); err == nil && s.cover(u) {
				t.Errorf("%s covers %s", o, other)
			}
		}
	})
}
