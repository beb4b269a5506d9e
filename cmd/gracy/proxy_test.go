package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// api is a server that is asked through the proxy.
func api(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/binary":
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte("\x89PNG\r\n\x1a\n\x00\xff\xfe"))
	case "/echo":
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method)
		w.Header()["X-Two"] = []string{"b", "a"}
		_, _ = fmt.Fprintf(w, "%s %s", r.Header.Get("Content-Type"), b)
	default:
		http.NotFound(w, r)
	}
}

// through returns a client of the proxy that trusts it.
func through(t *testing.T, p *server, ca string) *http.Client {
	t.Helper()
	proxyURL, err := url.Parse("http://" + p.address)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(filepath.Join(ca, caFile))
	if err != nil {
		t.Fatal(err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the certificate of the proxy cannot be read")
	}
	tr := &http.Transport{Proxy: http.ProxyURL(proxyURL), TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableCompression: true}
	tr.ExpectContinueTimeout = time.Minute // the proxy asks for a body, or responds
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 30 * time.Second}
}

// What is recorded over HTTP is replayed, byte for byte, when the server is gone.
func TestProxyRecordsAndReplays(t *testing.T) {
	dir := t.TempDir()
	tape, ca := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca")
	srv := httptest.NewServer(http.HandlerFunc(api))
	defer srv.Close()
	ask := func(c *http.Client) string {
		resp, err := c.Post(srv.URL+"/echo", "text/x-odd", strings.NewReader("posted"))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		_, binary := fetch(t, c, srv.URL+"/binary")
		status, _ := fetch(t, c, srv.URL+"/nothing")
		return fmt.Sprintf("%d %s %q %s %q %d", resp.StatusCode, resp.Header.Get("X-Method"), resp.Header["X-Two"], b, binary, status)
	}
	want := `200 POST ["b" "a"] text/x-odd posted "\x89PNG\r\n\x1a\n\x00\xff\xfe" 404`
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, tape)
	if got := ask(through(t, p, ca)); got != want {
		t.Errorf("through the proxy:\n%s, want\n%s", got, want)
	}
	if code := p.stop(); code != exitDone {
		t.Fatalf("the proxy ends with %d: %s", code, p.log)
	}
	srv.Close()
	p = start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "replay", "--ca", ca, tape)
	if got := ask(through(t, p, ca)); got != want {
		t.Errorf("from the tape:\n%s, want\n%s", got, want)
	}
	if status, body := fetch(t, through(t, p, ca), srv.URL+"/unknown"); status != 502 || !strings.Contains(body, "is not on tape") {
		t.Errorf("a miss is %d %s, want 502 that says why", status, body)
	}
	if status, _ := fetch(t, http.DefaultClient, "http://"+p.address+"/"); status != 400 {
		t.Errorf("a request that is not for a proxy gives %d, want 400", status)
	}
}

// A proxy sends again what failed, and keeps to a rate, counted at the server.
func TestProxyHasTheStack(t *testing.T) {
	var calls atomic.Int64
	var times [4]atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rate" {
			return
		}
		n := calls.Add(1)
		times[n].Store(time.Now().UnixNano())
		if n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "at last")
	}))
	defer srv.Close()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca")
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", ca, "--rate", "5", "--attempts", "3")
	began := time.Now().UnixNano()
	if status, body := fetch(t, through(t, p, ca), srv.URL+"/"); status != 200 || body != "at last" || calls.Load() != 3 {
		t.Errorf("%d %s after %d requests, want the third response", status, body, calls.Load())
	}
	for i := 2; i < 4; i++ { // from the beginning, since the server may have noticed the one before late
		if d, want := time.Duration(times[i].Load()-began), time.Duration(i-1)*200*time.Millisecond; d < want {
			t.Errorf("request %d came after %v, want at least %v", i, d, want)
		}
	}
}

// slowly is a response body whose end comes some time after its beginning.
type slowly struct {
	io.Reader
	pause time.Duration
	begun bool
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.begun {
		time.Sleep(s.pause)
	}
	s.begun = true
	return s.Reader.Read(p[:min(1, len(p))])
}

func (s *slowly) Close() error { return nil }

// The client decides how long it waits: a stream that says nothing for minutes goes on, and so does an upload.
func TestTheProxyEndsNothingThatIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			if _, err := io.Copy(io.Discard, req.Body); err != nil {
				return nil, err
			}
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, ContentLength: -1,
				Body: &slowly{Reader: strings.NewReader("ab"), pause: time.Hour}, Request: req,
			}, nil
		})
		p := proxy{attempts: 1}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/events", &slowly{Reader: strings.NewReader("xy"), pause: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := p.chain(base, nil, io.Discard).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "ab" {
			t.Errorf("%q, %v", b, err)
		}
	})
}

// A URL that no proxy of HTTP can send is no failure of its server, and leaves nothing on the tape.
func TestAProxySendsHTTPAlone(t *testing.T) {
	dir := t.TempDir()
	tape, ca := filepath.Join(dir, "api.json"), filepath.Join(dir, "ca")
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--ca", ca, tape)
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET ftp://files.test/x HTTP/1.1\r\nHost: files.test\r\nConnection: close\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusNotImplemented || !strings.Contains(string(body), "only http and https URLs, not ftp") {
		t.Errorf("%s: %s", resp.Status, body)
	}
	p.stop()
	if b, err := os.ReadFile(tape); err == nil {
		t.Errorf("it is on the tape:\n%s", b)
	}
}

// A port that is in use is no reason to leave an empty tape, which the next convert would find in its way.
func TestAProxyWithoutItsPortLeavesNothing(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(api))
	defer srv.Close()
	dir := t.TempDir()
	tape, ca := filepath.Join(dir, "api.tape"), filepath.Join(dir, "ca")
	if code := run(t.Context(), []string{"proxy", tape, "--ca", ca, "--listen", srv.Listener.Addr().String()}, io.Discard, io.Discard); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("it has left %v, %v", left, err)
	}
	if code := run(t.Context(), []string{"proxy", tape, "--ca", ca, "--listen", "127.0.0.1:0", "--upstream-ca", ca + "/none.pem"}, io.Discard, io.Discard); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(tape); err == nil {
		t.Error("certificates that cannot be read leave a tape")
	}
}

// A tape that somebody removes while the proxy records, as a checkout of another branch does, is not lost in silence.
func TestATapeThatIsRemovedMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows removes no file that is open")
	}
	srv := httptest.NewServer(http.HandlerFunc(api))
	defer srv.Close()
	for name, code := range map[string]int{"api.tape": exitFailed, "api.sqlite": exitFailed, "api.json": exitDone} {
		dir := t.TempDir()
		tape, ca := filepath.Join(dir, name), filepath.Join(dir, "ca")
		p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, tape)
		fetch(t, through(t, p, ca), srv.URL+"/binary")
		if err := os.Remove(tape); err != nil && name != "api.json" { // which is written when the proxy ends
			t.Fatal(err)
		}
		if got := p.stop(); got != code {
			t.Errorf("%s: it ends with %d, want %d", name, got, code)
		}
		if want := tape + " was removed while the proxy recorded"; (code == exitFailed) != strings.Contains(p.log.String(), want) {
			t.Errorf("%s: the log is %q, want %q", name, p.log, want)
		}
	}
}
