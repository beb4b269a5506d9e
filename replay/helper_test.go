package replay_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
)

const api = "https://api.example.com"

func noNetwork(t *testing.T) http.RoundTripper {
	t.Helper()
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		t.Errorf("sent %s %s", req.Method, req.URL)
		return respond(req, 500, ""), nil
	}}
}

// codes responds with the given statuses, then with 200.
func codes(list ...int) *script {
	return &script{fn: func(n int, req *http.Request) (*http.Response, error) {
		code := 200
		if n <= len(list) {
			code = list[n-1]
		}
		return respond(req, code, strconv.Itoa(n)), nil
	}}
}

func openReplay(t *testing.T, path string) *replay.Tape {
	t.Helper()
	return open(t, path, replay.Options{Mode: replay.ModeReplay})
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// script is a base that returns what fn returns, and counts the requests.
type script struct {
	sent atomic.Int64
	fn   func(n int, req *http.Request) (*http.Response, error)
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	n := int(s.sent.Add(1))
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return s.fn(n, req)
}

func respond(req *http.Request, code int, body string) *http.Response {
	return &http.Response{
		Status: http.StatusText(code), StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: req,
	}
}

// numbered responds with "1", "2", ... and 200.
func numbered() *script {
	return &script{fn: func(n int, req *http.Request) (*http.Response, error) {
		return respond(req, 200, string(rune('0'+n))), nil
	}}
}

func open(t *testing.T, path string, opts replay.Options) *replay.Tape {
	t.Helper()
	tape, err := replay.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}

func closeTape(t *testing.T, tape *replay.Tape) {
	t.Helper()
	if err := tape.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func get(t *testing.T, rt http.RoundTripper, url string) (int, string) {
	t.Helper()
	return send(t, rt, request(t, "GET", url, ""))
}

func send(t *testing.T, rt http.RoundTripper, req *http.Request) (int, string) {
	t.Helper()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("body: %v", err)
	}
	return resp.StatusCode, string(b)
}

func want(t *testing.T, rt http.RoundTripper, url string, code int, body string) {
	t.Helper()
	c, b := get(t, rt, url)
	if c != code || b != body {
		t.Errorf("GET %s = %d %q, want %d %q", url, c, b, code, body)
	}
}

// stores returns a file name for each storage.
func stores() []string { return []string{"tape.db", "tape.json"} }

// countedBody counts how often it is closed.
type countedBody struct {
	io.Reader
	mu     sync.Mutex
	closes int
}

func (b *countedBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closes++
	return nil
}

func (b *countedBody) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closes
}

// readAll reads a response to its end and closes it.
func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// event is a piece of a body that comes some time after the piece before it.
type event struct {
	after time.Duration
	text  string
}

// tokens is the stream of a language model that thinks and then writes. One rune is split in two,
// and two events come together.
var tokens = []event{
	{0, "event: start\n\n"},
	{1200 * time.Millisecond, "data: {\"delta\":\"Gr\xc3"},
	{20 * time.Millisecond, "\xbcn\"}\n\n"},
	{35 * time.Millisecond, "data: {\"delta\":\" is\"}\n\n"},
	{0, "data: {\"delta\":\" green\"}\n\n"},
	{75 * time.Millisecond, "data: [DONE]\n\n"},
}

// eventBody yields one event for each Read, at its time.
type eventBody struct {
	rest []event
	end  error // 10 ms after the last event
	done bool
}

func (b *eventBody) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if !b.done {
			time.Sleep(10 * time.Millisecond)
		}
		b.done = true
		return 0, b.end
	}
	time.Sleep(b.rest[0].after)
	n := copy(p, b.rest[0].text)
	b.rest = b.rest[1:]
	return n, nil
}

func (*eventBody) Close() error { return nil }

// streams responds after 300 ms with events.
func streams(list []event, end error) *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		time.Sleep(300 * time.Millisecond)
		resp := respond(req, 200, "")
		resp.Header.Set("Content-Type", "text/event-stream")
		resp.ContentLength, resp.Body = -1, &eventBody{rest: list, end: end}
		return resp, nil
	}}
}

// seen is a response as its reader saw it arrive.
type seen struct {
	headers time.Duration
	events  []event
	end     time.Duration // after the last event
	err     error
}

func watch(t *testing.T, rt http.RoundTripper) seen {
	t.Helper()
	start := time.Now()
	resp, err := rt.RoundTrip(request(t, "GET", api+"/stream", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s := seen{headers: time.Since(start)}
	at := time.Now()
	p := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(p)
		if n > 0 {
			s.events = append(s.events, event{time.Since(at), string(p[:n])})
			at = time.Now()
		}
		if err != nil {
			s.end, s.err = time.Since(at), err
			return s
		}
	}
}
