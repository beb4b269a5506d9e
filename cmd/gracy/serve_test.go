package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/replay/store"
)

// server is a command that serves, in this process.
type server struct {
	address string // without a scheme
	said    string // its first line
	log     *syncBuffer
	stop    func() int // ends it and returns its exit code
}

// syncBuffer is a buffer that several goroutines use.
type syncBuffer struct {
	mu sync.Mutex // mu guards b
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func start(t *testing.T, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	s := &server{log: new(syncBuffer)}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, args, in, s.log)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("gracy %s: %v, %s", strings.Join(args, " "), err, s.log)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.said = line
	s.address, _, _ = strings.Cut(strings.TrimPrefix(line, "http://"), ": ")
	s.stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() { s.stop() })
	return s
}

// tool runs a program that is there, and returns what it prints.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func TestServe(t *testing.T) {
	s := start(t, "tape", "serve", filepath.Join("testdata", "tape.json"))
	base := "http://" + s.address
	for _, c := range []struct {
		url, body string
		status    int
	}{
		{base + "/pokemon/ditto?lang=en", `{"name":"ditto","weight":40,"abilities":["limber","imposter"]}`, 200},
		{base + "/pokemon/missingno", "no such pokemon", 404},
	} {
		status, body := fetch(t, http.DefaultClient, c.url)
		if status != c.status || body != c.body {
			t.Errorf("%s gives %d %s, want %d %s", c.url, status, body, c.status, c.body)
		}
	}
	resp, err := http.Get(base + "/pokemon/ditto?lang=fr")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 502 || resp.Header.Get("Gracy-Miss") != "unknown" || !strings.Contains(string(b), `query lang: "fr", on tape "en"`) {
		t.Errorf("a miss gives %d %s %s, want 502 and what differs", resp.StatusCode, resp.Header.Get("Gracy-Miss"), b)
	}
	if !strings.Contains(s.log.String(), "lang=fr") {
		t.Errorf("the miss is not logged: %s", s.log)
	}
	if code := s.stop(); code != exitDone {
		t.Errorf("it ends with %d, want %d", code, exitDone)
	}
}

func fetch(t *testing.T, c *http.Client, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// A program of another language takes the address for the API, or for its proxy.
func TestServeForOthers(t *testing.T) {
	s := start(t, "tape", "serve", filepath.Join("testdata", "tape.json"))
	const want = `{"name":"ditto","weight":40,"abilities":["limber","imposter"]}`
	if got := tool(t, "curl", "-sS", "--max-time", "30", "http://"+s.address+"/pokemon/ditto?lang=en"); got != want {
		t.Errorf("curl gets %s, want %s", got, want)
	}
	if got := tool(t, "curl", "-sS", "--max-time", "30", "--proxy", "http://"+s.address, "http://api.test/pokemon/ditto?lang=en"); got != want {
		t.Errorf("curl gets %s by the proxy, want %s", got, want)
	}
	login := `
import json, sys, urllib.request
req = urllib.request.Request(sys.argv[1] + "/login", data=json.dumps({"user": "ash", "password": "another"}).encode(), headers={"Content-Type": "application/json"})
print(urllib.request.urlopen(req, timeout=30).read().decode())
`
	if got := tool(t, "python3", "-c", login, "http://"+s.address); got != "welcome\n" {
		t.Errorf("Python gets %q, want welcome", got)
	}
}

func TestServeOnce(t *testing.T) {
	s := start(t, "tape", "serve", "--once", filepath.Join("testdata", "tape.json"))
	for i, want := range []int{404, 502} {
		if status, body := fetch(t, http.DefaultClient, "http://"+s.address+"/pokemon/missingno"); status != want {
			t.Errorf("request %d gives %d %s, want %d", i, status, body, want)
		}
	}
}

// A web page whose name leads to a loopback address cannot read a tape.
func TestServeIsForLoopback(t *testing.T) {
	for _, public := range []bool{false, true} {
		args := []string{"tape", "serve", filepath.Join("testdata", "tape.json")}
		if public {
			args = append(args, "--public")
		}
		s := start(t, args...)
		for host, want := range map[string]int{
			"": 404, "localhost:1": 404, "[::1]": 404, "127.9.9.9:80": 404, "api.test": 404, "API.test:8080": 404,
			"page.test": 421, "page.test:80": 421, "192.0.2.1": 421, "127.0.0.1.page.test": 421,
		} {
			if public {
				want = 404
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address+"/pokemon/missingno", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("public %v, the Host %q gets %d, want %d", public, host, resp.StatusCode, want)
			}
		}
	}
}

// A client that takes the server for a proxy of https learns what is one.
func TestServeIsNoProxyForHTTPS(t *testing.T) {
	s := start(t, "tape", "serve", filepath.Join("testdata", "tape.json"))
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	const want = "gracy tape serve is a proxy only for http URLs: for https use gracy proxy --mode replay\n"
	if b, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusNotImplemented || string(b) != want {
		t.Errorf("%s: %q, want %q", resp.Status, b, want)
	}
	if !s.awaits("CONNECT //api.test:443: " + want) {
		t.Errorf("the log is %q", s.log)
	}
}

// A miss names what its reader can change: flags of the command, and no options of the library.
func TestAMissNamesFlags(t *testing.T) {
	const notSent = "replay: GET /a is not on tape and was not sent: its credential (header Cookie) is a mask of the tape: " +
		"record the request that returned the mask again, with --mode record"
	for want, miss := range map[string]*replay.MissError{
		"replay: GET /a is not on tape: consumed: all its responses have been replayed, and --once repeats none": {Reason: replay.MissConsumed},
		notSent: {Reason: replay.MissIdentity, Masked: "header Cookie", Identities: 2},
		"replay: GET /a is not on tape: " + string(replay.MissUnknown): {Reason: replay.MissUnknown},
	} {
		if miss.Method, miss.URL = "GET", "/a"; missText(miss) != want {
			t.Errorf("%s, want\n%s", missText(miss), want)
		}
	}
}

// A client that asks for no coding, or like net/http for another one, gets the content, whatever the one
// of the recording asked for.
func TestServeOpensAllCodings(t *testing.T) {
	const content = `{"name":"ditto"}`
	for _, coding := range codings.All() {
		var packed bytes.Buffer
		w, err := coding.NewWriter(&packed)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, content)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "tape.json")
		tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord, Codings: codings.All()})
		if err != nil {
			t.Fatal(err)
		}
		err = tape.Add(&store.Exchange{
			Request: store.Request{Method: "GET", URL: "http://api.test/ditto", Header: http.Header{"Accept-Encoding": {coding.Name}}},
			Response: &store.Response{
				StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {coding.Name}},
				Body: packed.Bytes(), ContentLength: int64(packed.Len()),
			},
			Complete: true,
		})
		if err := errors.Join(err, tape.Close()); err != nil {
			t.Fatal(err)
		}
		s := start(t, "tape", "serve", path)
		for _, asksForNone := range []bool{true, false} {
			c := &http.Client{Transport: &http.Transport{DisableCompression: asksForNone}}
			if status, body := fetch(t, c, "http://"+s.address+"/ditto"); status != 200 || body != content {
				t.Errorf("%s, a client that asks for none: %v: %d %q, want %s", coding.Name, asksForNone, status, body, content)
			}
			c.CloseIdleConnections()
		}
	}
}
