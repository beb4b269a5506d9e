package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
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
	if info, err := os.Stat(filepath.Join(ca, caKeyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v, %v, want 0600", info.Mode(), err)
	}
}
