package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
