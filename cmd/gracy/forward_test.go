package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// mirror responds with what it was asked for, and with no Content-Type.
func mirror(w http.ResponseWriter, r *http.Request) {
	w.Header()["Content-Type"] = nil
	_, _ = fmt.Fprintf(w, "%s %s", r.Host, r.RequestURI)
}

// A server gets the URL and the Host as the client has sent them, and the client the header
// of the server: through a proxy, through a tunnel, and from a tape.
func TestNothingIsRewritten(t *testing.T) {
	dir := t.TempDir()
	tape, ca, trusted := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca"), filepath.Join(dir, "server.pem")
	plain, secure := httptest.NewServer(http.HandlerFunc(mirror)), httptest.NewTLSServer(http.HandlerFunc(mirror))
	defer plain.Close()
	defer secure.Close()
	if err := write(trusted, 0o600, pemCert, secure.Certificate().Raw); err != nil {
		t.Fatal(err)
	}
	const uri = "/a%2Fb//c?z=1;y=2&x=%zz&w=a+b%20c&v&a"
	ask := func(c *http.Client, base, host string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+uri, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		if guess, ok := resp.Header["Content-Type"]; ok {
			t.Errorf("%s: Content-Type is %q, the server gave none", base, guess)
		}
		return string(b)
	}
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, "--upstream-ca", trusted, tape)
	client := through(t, p, ca)
	for _, srv := range []*httptest.Server{plain, secure} {
		u, err := url.Parse(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		hosts := map[string]string{"": u.Host}
		if srv == secure {
			hosts["other.test"] = "other.test"
		}
		for host, want := range hosts {
			if got := ask(client, srv.URL, host); got != want+" "+uri {
				t.Errorf("%s with the Host %q gets %q, want %q", srv.URL, host, got, want+" "+uri)
			}
		}
	}
	p.stop()
	s := start(t, "tape", "serve", "--origin", plain.URL, tape)
	if got := ask(http.DefaultClient, "http://"+s.address, ""); got != strings.TrimPrefix(plain.URL, "http://")+" "+uri {
		t.Errorf("from the tape: %q", got)
	}
}

func TestIsFor(t *testing.T) {
	for origin, hosts := range map[string]map[string]bool{
		"https://api.test":    {"api.test": true, "API.test:443": true, "": true, "api.test:80": false, "other.test": false},
		"http://api.test":     {"api.test:80": true, "api.test:443": false},
		"https://[::1]:8443":  {"[::1]:8443": true, "[::1]": false},
		"https://api.test:99": {"api.test:99": true, "api.test": false},
	} {
		u, err := url.Parse(origin)
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range hosts {
			if got := isFor(u)(host); got != want {
				t.Errorf("the Host %q is for %s: %v", host, origin, got)
			}
		}
	}
}
