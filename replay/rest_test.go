package replay_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
)

// document returns a JSON object of n bytes that contains path.
func document(path string, n int) string {
	head := fmt.Sprintf(`{"path":%q,"pad":"`, path)
	return head + strings.Repeat("x", max(0, n-len(head)-2)) + `"}`
}

// plain responds with a document, and leaves it to the server what is sent together.
func plain(size func(int) int) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		n, _ := strconv.Atoi(req.URL.Query().Get("n"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, document(req.URL.Path, size(n)))
	}
}

// lateEnd responds with a document, and ends the body some time after the reader had enough. So the
// end is never in the read that completes the document.
func lateEnd(size func(int) int, enough <-chan struct{}, wait time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		n, _ := strconv.Atoi(req.URL.Query().Get("n"))
		w.Header().Set("Content-Type", "application/json")
		out, flush := io.Writer(w), func() { _ = http.NewResponseController(w).Flush() }
		if req.URL.Query().Has("gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			out, flush = z, func() { _ = z.Flush(); _ = http.NewResponseController(w).Flush() }
		}
		_, _ = io.WriteString(out, document(req.URL.Path, size(n)))
		flush()
		if enough != nil && !req.URL.Query().Has("unread") {
			<-enough
		}
		time.Sleep(wait)
	}
}

// reader is a client that does not read a body to its end.
type reader func(t *testing.T, client *http.Client, url string, enough chan<- struct{}) any

// decoded reads one JSON value, as many clients do, and closes the body.
func decoded(t *testing.T, client *http.Client, url string, enough chan<- struct{}) (value any) {
	t.Helper()
	resp, err := client.Do(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&value); err != nil {
		t.Fatal(err)
	}
	if enough != nil {
		enough <- struct{}{}
	}
	return value
}

// unread looks only at the status.
func unread(t *testing.T, client *http.Client, url string, _ chan<- struct{}) any {
	t.Helper()
	resp, err := client.Do(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// A recorded response is whole even if its reader stops at the closing brace, or reads nothing.
func TestABodyClosedBeforeItsEndIsCompleted(t *testing.T) {
	count := 12
	if long.Wanted() {
		count = 200
	}
	sizes := func(n int) int { return 54 + n*(60<<10-54)/(count-1) }
	small := func(int) int { return 54 }
	enough := make(chan struct{})
	nine := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK - 9 b.") }
	for _, c := range []struct {
		name    string
		http2   bool
		query   string
		handler http.HandlerFunc
		read    reader
		chance  bool // the end may be in the read that completes the document
	}{
		{"end with the document", false, "", plain(sizes), decoded, true},
		{"chunked", false, "", lateEnd(sizes, enough, 0), decoded, false},
		{"end after 1ms", false, "", lateEnd(sizes, enough, time.Millisecond), decoded, false},
		{"gzip", false, "&gzip", lateEnd(sizes, enough, time.Millisecond), decoded, false},
		{"nine bytes unread", false, "", nine, unread, false},
		{"HTTP2", true, "", lateEnd(small, enough, 0), decoded, false},
		{"HTTP2, end after 1ms", true, "", lateEnd(sizes, enough, time.Millisecond), decoded, false},
		{"HTTP2, gzip", true, "&gzip", lateEnd(sizes, enough, time.Millisecond), decoded, false},
		{"HTTP2, unread", true, "&unread", lateEnd(small, enough, 0), unread, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(c.handler)
			server.EnableHTTP2 = c.http2
			if c.http2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			ended := enough
			if c.chance {
				ended = nil
			}
			run := func(path string, rest bool) (lost int, recorded []any) {
				tape := open(t, path, replay.Options{RestWait: 10 * time.Second}) // longer than a busy machine takes
				if !rest {
					tape.LeaveRest()
				}
				client := &http.Client{Transport: gracy.Around(server.Client().Transport, tape)}
				for n := range count {
					recorded = append(recorded, c.read(t, client, fmt.Sprintf("%s/%d?n=%d%s", server.URL, n, n, c.query), ended))
				}
				closeTape(t, tape)
				return int(tape.Stats().Cut), recorded
			}
			if lost, _ := run(filepath.Join(t.TempDir(), "control.tape"), false); lost != count && !c.chance {
				t.Errorf("without the completion %d of %d are lost, want all: the case shows nothing", lost, count)
			}
			path := filepath.Join(t.TempDir(), "a.tape")
			lost, recorded := run(path, true)
			if lost != 0 {
				t.Errorf("%d of %d are not complete", lost, count)
			}
			client := &http.Client{Transport: openReplay(t, path).Wrap(noNetwork(t))}
			for n, want := range recorded {
				got := c.read(t, client, fmt.Sprintf("%s/%d?n=%d%s", server.URL, n, n, c.query), nil)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%d: replayed %.80v, want %.80v", n, got, want)
				}
			}
		})
	}
}

// endless yields an event at each interval until it is closed.
type endless struct {
	every time.Duration
	done  chan struct{}
	deaf  bool // Close does not end a read
}

func (e *endless) Read(p []byte) (int, error) {
	select {
	case <-e.done:
		return 0, http.ErrBodyReadAfterClose
	case <-time.After(e.every):
		return copy(p, "data: x\n\n"), nil
	}
}

func (e *endless) Close() error {
	if !e.deaf {
		close(e.done)
	}
	return nil
}

// An endless stream is cut. Close waits for it no longer than RestWait, which is 100 ms by default.
func TestAnEndlessStreamHoldsCloseForTheBoundAlone(t *testing.T) {
	for _, c := range []struct {
		every      time.Duration
		deaf       bool
		wait, took time.Duration
	}{
		{time.Millisecond, false, 0, 100 * time.Millisecond},
		{time.Millisecond, true, 0, 100 * time.Millisecond},
		{time.Hour, false, 0, 100 * time.Millisecond},
		{time.Hour, true, 0, 100 * time.Millisecond},
		{time.Hour, true, 3 * time.Second, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			body := &endless{every: c.every, done: make(chan struct{}), deaf: c.deaf}
			tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{RestWait: c.wait})
			rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, "")
				resp.Body, resp.ContentLength = body, -1
				return resp, nil
			}})
			resp, err := rt.RoundTrip(request(t, "GET", api+"/sse", ""))
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_ = resp.Body.Close()
			if took := time.Since(start); took != c.took {
				t.Errorf("%+v: Close took %v", c, took)
			}
			if s := tape.Stats(); s.Cut != 1 {
				t.Errorf("%+v, want 1 that is cut", s)
			}
			if text := layer.CallOf(resp).String(); !strings.Contains(text, "on the tape up to byte 0, where its caller left") {
				t.Errorf("the ledger does not say so: %s", text)
			}
			closeTape(t, tape)
			time.Sleep(2 * time.Hour) // for a deaf read to return
		})
	}
}

// The bytes are bounded too: of a body of unknown length, up to 64 KiB in all or 16 KiB more are
// read. Nothing is read of one that is known to be longer.
func TestALongRestIsLeft(t *testing.T) {
	const limit, more = 64 << 10, 16 << 10
	for _, c := range []struct {
		before   int // what the caller reads
		length   int64
		size     int
		complete bool
		read     int
	}{
		{0, -1, limit - 1, true, limit - 1},
		{0, -1, limit, false, limit},
		{0, limit, limit, true, limit},
		{0, limit + 1, limit + 1, false, 0},
		{4 << 10, -1, limit - 1, true, limit - 1},
		{4 << 10, -1, limit + 1, false, limit},
		{limit, -1, limit + more - 1, true, limit + more - 1},
		{limit, -1, limit + more + 1, false, limit + more},
		{1 << 20, -1, 1<<20 + more - 1, true, 1<<20 + more - 1},
		{1 << 20, 1<<20 + more + 1, 1<<20 + more + 1, false, 1 << 20},
	} {
		tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{})
		source := strings.NewReader(strings.Repeat("x", c.size))
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, "")
			resp.Body, resp.ContentLength = io.NopCloser(struct{ io.Reader }{source}), c.length
			return resp, nil
		}})
		resp, err := rt.RoundTrip(request(t, "GET", api+"/x", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, resp.Body, int64(c.before))
		_ = resp.Body.Close()
		if s := tape.Stats(); (s.Cut == 0) != c.complete || c.size-source.Len() != c.read {
			t.Errorf("length %d of %d: %+v, %d bytes read, want complete %v, %d", c.length, c.size, s, c.size-source.Len(), c.complete, c.read)
		}
		closeTape(t, tape)
	}
}

// A body that is closed to end a read is not read at the same time.
func TestCloseDuringAReadDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{})
		body := &endless{every: time.Hour, done: make(chan struct{})}
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, "")
			resp.Body, resp.ContentLength = body, -1
			return resp, nil
		}})
		resp, err := rt.RoundTrip(request(t, "GET", api+"/sse", ""))
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan error)
		go func() { _, err := io.ReadAll(resp.Body); over <- err }()
		synctest.Wait()
		start := time.Now()
		_ = resp.Body.Close()
		if err := <-over; err == nil || time.Since(start) != 0 {
			t.Errorf("the read ended after %v with %v, want at once with an error", time.Since(start), err)
		}
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("a read after Close: %v", err)
		}
		closeTape(t, tape)
	})
}
