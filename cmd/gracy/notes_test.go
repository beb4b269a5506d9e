package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// awaits returns whether the log of a server has a text, which it waits for.
func (s *server) awaits(text string) bool {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Contains(s.log.String(), text) {
			return true
		}
	}
	return false
}

// What the client does not see is said while the proxy runs: what is not recorded, and why, and that a server has
// asked for a pause.
func TestWhatTheClientDoesNotSee(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			w.Header().Set("Content-Type", "text/plain")
			part := bytes.Repeat([]byte("0123456\n"), 128<<10)
			for range 33 {
				_, _ = w.Write(part)
			}
		case "/packed":
			w.Header().Set("Content-Encoding", "compress")
			_, _ = io.WriteString(w, "\x1f\x9d")
		case "/busy":
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer srv.Close()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca")
	p := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--attempts", "1", "--ca", ca, filepath.Join(dir, "api.tape"))
	client := through(t, p, ca)
	send := func(method, path, body string) (asked bool) {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { asked = true }})
		req, err := http.NewRequestWithContext(ctx, method, srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			req.Header.Set("Expect", "100-continue")
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		return asked
	}
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/long?token=abcdef0123456789", "", "GET " + srv.URL + "/long?token=REDACTED: not recorded: the body is longer than 33554432 bytes\n"},
		{"POST", "/upload", "unread", "POST " + srv.URL + "/upload: not recorded: the request was not read to its end\n"},
		{"GET", "/packed", "", "cannot be decoded for redaction (see Options.Codings): GET /packed\n"},
		{"GET", "/busy", "", "GET " + srv.URL + "/busy: the server asks for a pause: requests like it wait 1"},
	} {
		for send(c.method, c.path, c.body) {
			// On a busy machine the server took more than a second to reject the body, so the proxy asked for it.
		}
		if !p.awaits(c.want) {
			t.Errorf("%s %s: the log is %q, want %q in it", c.method, c.path, p.log, c.want)
		}
	}
	if code := p.stop(); code != exitFailed {
		t.Errorf("it ends with %d, want %d for what was withheld", code, exitFailed)
	}
	if n := strings.Count(p.log.String(), "33554432"); n != 1 {
		t.Errorf("what is too long is said %d times:\n%s", n, p.log)
	}
}
