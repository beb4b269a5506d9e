package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
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

// raw is a server that sends bytes as they are, to one request a connection.
func raw(t *testing.T, response func(path string) string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.WriteString(conn, response(req.URL.Path))
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		open.Wait()
	})
	return "http://" + l.Addr().String()
}

// A server that does what it must not is no reason for a stack trace, and the log names the request.
func TestWhatAServerMayNotSend(t *testing.T) {
	origin := raw(t, func(path string) string {
		switch path {
		case "/099":
			return "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nhi"
		case "/cut":
			return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
		}
		return "nothing\r\n\r\n"
	})
	dir := t.TempDir()
	tape, ca := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca")
	ask := func(p *server, c *http.Client, base, path string, status int, body, log string) {
		t.Helper()
		resp, err := c.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if b, _ := io.ReadAll(resp.Body); resp.StatusCode != status || string(b) != body {
			t.Errorf("%s gives %d %q, want %d %q", path, resp.StatusCode, b, status, body)
		}
		if log = "GET " + origin + path + ": " + log + "\n"; !p.awaits(log) {
			t.Errorf("the log is %q, want %q in it", p.log, log)
		}
	}
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--attempts", "1", "--ca", ca, tape)
	const odd, broken = "99 is not a response status", "the response broke off after 4 bytes: unexpected EOF"
	c := through(t, p, ca)
	ask(p, c, origin, "/099", 502, "gracy: GET "+origin+"/099: "+odd+"\n", odd)
	ask(p, c, origin, "/cut", 200, "half", broken)
	const malformed = `net/http: HTTP/1.x transport connection broken: malformed HTTP response "nothing"`
	ask(p, c, origin, "/", 502, "gracy: GET "+origin+"/: "+malformed+"\n", malformed)
	if code := p.stop(); code != exitDone || strings.Contains(p.log.String(), "goroutine") || strings.Contains(p.log.String(), "httputil") {
		t.Errorf("%d, and the log is %s", code, p.log)
	}
	s := start(t, "tape", "serve", tape)
	ask(s, http.DefaultClient, "http://"+s.address, "/099", 502, "gracy: GET "+origin+"/099: "+odd+"\n", odd)
	ask(s, http.DefaultClient, "http://"+s.address, "/cut", 200, "half", broken)
	// A failure that was recorded closes the connection, and is not taken for one of today.
	if resp, err := http.Get("http://" + s.address + "/"); err == nil {
		_ = resp.Body.Close()
		t.Errorf("a recorded failure gives %s", resp.Status)
	}
	if want := "GET " + origin + "/: " + malformed + ", as the tape has it\n"; !s.awaits(want) {
		t.Errorf("the log is %q, want %q in it", s.log, want)
	}
}

// The log distinguishes a client that leaves from a server that fails.
func TestAClientThatLeaves(t *testing.T) {
	asked := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca")
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", ca)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-asked
		leave()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/slow", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := through(t, p, ca).Do(req); err == nil {
		_ = resp.Body.Close()
		t.Fatal(resp.Status)
	}
	if want := "GET " + srv.URL + "/slow: its client left before there was a response\n"; !p.awaits(want) {
		t.Errorf("the log is %q, want %q", p.log, want)
	}
}

func TestWhyNobodyWaits(t *testing.T) {
	for want, cause := range map[string]error{"": nil, "its client left": context.Canceled, "the proxy ended": errEnding} {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		if cause != nil {
			cancel(cause)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := ended(req); got != want {
			t.Errorf("%v: %q, want %q", cause, got, want)
		}
	}
}
