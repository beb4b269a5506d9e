package main

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Programs that know no more than a proxy and a certificate record over HTTPS, and get the
// same again without the server.
func TestProxyOverTLS(t *testing.T) {
	dir := t.TempDir()
	tape, ca := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca")
	srv := httptest.NewTLSServer(http.HandlerFunc(api))
	defer srv.Close()
	trusted := filepath.Join(dir, "server.pem")
	if err := write(trusted, 0o600, pemCert, srv.Certificate().Raw); err != nil {
		t.Fatal(err)
	}
	args := []string{"--listen", "127.0.0.1:0", "--ca", ca, "--upstream-ca", trusted}
	const want = "\x89PNG\r\n\x1a\n\x00\xff\xfe"
	const python = `
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[2])
context.verify_flags |= ssl.VERIFY_X509_STRICT # the default since Python 3.13
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": "http://" + sys.argv[1]}), urllib.request.HTTPSHandler(context=context))
sys.stdout.buffer.write(opener.open(sys.argv[3] + "/binary", timeout=30).read())
`
	check := func(mode string) {
		t.Helper()
		p := start(t, append([]string{"proxy", "--mode", mode, tape}, args...)...)
		if _, got := fetch(t, through(t, p, ca), srv.URL+"/binary"); got != want {
			t.Errorf("%s: Go gets %q, want %q", mode, got, want)
		}
		cert := filepath.Join(ca, caFile)
		if got := tool(t, "curl", "-sS", "--max-time", "30", "--proxy", "http://"+p.address, "--cacert", cert, srv.URL+"/binary"); got != want {
			t.Errorf("%s: curl gets %q, want %q", mode, got, want)
		}
		if got := tool(t, "python3", "-c", python, p.address, cert, srv.URL); got != want {
			t.Errorf("%s: Python gets %q, want %q", mode, got, want)
		}
		if code := p.stop(); code != exitDone {
			t.Errorf("%s: the proxy ends with %d: %s", mode, code, p.log)
		}
	}
	check("record")
	srv.Close()
	check("replay")
	plain := httptest.NewServer(http.HandlerFunc(api))
	defer plain.Close()
	p := start(t, append([]string{"proxy", "--mode", "off", tape}, args...)...)
	if got := tool(t, "curl", "-sS", "--max-time", "30", "--proxytunnel", "--proxy", "http://"+p.address, plain.URL+"/binary"); got != want {
		t.Errorf("curl gets %q by a tunnel without TLS, want %q", got, want)
	}
	if info, err := os.Stat(filepath.Join(ca, caKeyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v, %v, want 0600", info.Mode(), err)
	}
}

// A tunnel whose client says nothing ends with the proxy.
func TestATunnelEndsWithTheProxy(t *testing.T) {
	dir := t.TempDir()
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", filepath.Join(dir, "ca"), filepath.Join(dir, "tape"))
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 200"))); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if code := p.stop(); code != exitDone {
		t.Errorf("the proxy ends with %d: %s", code, p.log)
	}
	if d := time.Since(start); d >= helloTime {
		t.Errorf("the proxy takes %v to end", d)
	}
}

// When the proxy ends, what is under way comes to its end, by a tunnel too, and is on the tape;
// a WebSocket, which has none, does not keep the proxy.
func TestWhatIsUnderWayComesToItsEnd(t *testing.T) {
	dir := t.TempDir()
	tape, ca, trusted := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca"), filepath.Join(dir, "server.pem")
	asked, release := make(chan struct{}, 2), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/socket" {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", "websocket")
			w.WriteHeader(http.StatusSwitchingProtocols)
			conn, buffered, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.Copy(conn, buffered) // which may have read some of it
				_ = conn.Close()
			}
			return
		}
		asked <- struct{}{}
		<-release
		_, _ = io.WriteString(w, "whole")
	})
	plain, secure := httptest.NewServer(h), httptest.NewTLSServer(h)
	defer plain.Close()
	defer secure.Close()
	if err := write(trusted, 0o600, pemCert, secure.Certificate().Raw); err != nil {
		t.Fatal(err)
	}
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, "--upstream-ca", trusted, tape)
	client := through(t, p, ca)
	for _, srv := range []*httptest.Server{plain, secure} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/socket", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", "websocket")
		resp, err := client.Transport.RoundTrip(req) // a timeout would be in the way of a WebSocket
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		socket, ok := resp.Body.(io.ReadWriter)
		if !ok {
			t.Fatalf("%d, want a WebSocket", resp.StatusCode)
		}
		got := make([]byte, 4)
		_, _ = io.WriteString(socket, "ping")
		if _, err := io.ReadFull(socket, got); err != nil || string(got) != "ping" {
			t.Fatalf("by a WebSocket %q, %v", got, err)
		}
	}
	bodies := make(chan string, 2)
	for _, srv := range []*httptest.Server{plain, secure} {
		go func() {
			resp, err := client.Get(srv.URL + "/slow")
			if err != nil {
				bodies <- err.Error()
				return
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			bodies <- fmt.Sprint(string(b), err)
		}()
		<-asked
	}
	code := make(chan int, 1)
	go func() { code <- p.stop() }()
	for { // until it has begun to end
		conn, err := net.Dial("tcp", p.address)
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	close(release)
	for range 2 {
		if got := <-bodies; got != "whole<nil>" {
			t.Errorf("a request that was under way gets %s", got)
		}
	}
	if got := <-code; got != exitDone {
		t.Errorf("the proxy ends with %d: %s", got, p.log)
	}
	var out strings.Builder
	if run(t.Context(), []string{"tape", "ls", tape}, &out, io.Discard) != exitDone || strings.Count(out.String(), "/slow") != 2 || strings.Count(out.String(), "  200  5 B") != 2 {
		t.Errorf("on the tape is\n%s", out.String())
	}
}

// Where a client, or the proxy, does not trust a certificate, the log says which, and what to do about it.
func TestWhoDoesNotTrust(t *testing.T) {
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca")
	srv := httptest.NewUnstartedServer(http.HandlerFunc(api))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", ca)
	status, body := fetch(t, through(t, p, ca), srv.URL+"/binary")
	const hint = "certificate signed by unknown authority (--upstream-ca trusts the authorities in a file)"
	if status != http.StatusBadGateway || !strings.Contains(body, hint) || !p.awaits(hint) {
		t.Errorf("of a server without trust: %d %s, and the log %s, want %s", status, body, p.log, hint)
	}
	client := through(t, p, ca)
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = x509.NewCertPool() //nolint:forcetypeassert // through makes it
	if resp, err := client.Get(srv.URL); err == nil {
		_ = resp.Body.Close()
		t.Fatal("a client without trust gets a response")
	}
	if want := srv.URL + ": TLS handshake with the client failed (it must trust " + filepath.Join(ca, caFile) + "): "; !p.awaits(want) {
		t.Errorf("of a client without trust the log is %s, want %s", p.log, want)
	}
}

func TestATunnelInATunnel(t *testing.T) {
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", filepath.Join(t.TempDir(), "ca"))
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, want := range []string{"200 Connection established ", "501 Not Implemented this proxy takes only http and https URLs, not a tunnel in a tunnel\n"} {
		_, _ = io.WriteString(conn, "CONNECT api.test:80 HTTP/1.1\r\nHost: api.test:80\r\n\r\n")
		resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
		if err != nil {
			t.Fatal(err)
		}
		var body []byte
		if resp.StatusCode != http.StatusOK {
			body, _ = io.ReadAll(io.LimitReader(r, resp.ContentLength))
		}
		if got := resp.Status + " " + string(body); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
