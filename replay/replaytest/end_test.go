package replaytest_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

func TestATestFailsWhereItsRequestsAreNotThoseOfTheTape(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 2, &got)); f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	for name, tc := range map[string]struct {
		n    int
		want string
	}{
		"more": {3, "replay: GET http://127.0.0.1/n is not on tape: consumed: all its responses have been replayed, and Options.End repeats none\n" +
			"replaytest: if the test is right to send a request more often, record the test anew with GRACY_TAPE=record, or set Config.AnyCount, which repeats the last response"},
		"less": {1, "replaytest: GET http://127.0.0.1/n is on the tape, but was not sent\n" +
			"replaytest: if the test is right not to send it, record the test anew with GRACY_TAPE=record, or set Config.AnyCount"},
	} {
		if f := run("TestPoll", poll(t, tc.n, &got)); !f.failed || f.text() != tc.want {
			t.Errorf("%s: failed %v: %q, want %q", name, f.failed, f.text(), tc.want)
		}
	}
	if f := run("TestOther", poll(t, 1, &got)); !f.failed || !strings.Contains(f.text(), "there is no tape "+filepath.Join("testdata", "TestOther.json")+": record it with GRACY_TAPE=record") {
		t.Errorf("without a tape: failed %v: %s", f.failed, f.text())
	}
	if f := run("TestPoll", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{AnyCount: true}).Wrap(nil)}
		for range 5 {
			got = append(got, get(c, "http://localhost:1/n"))
			got = append(got, get(c, "http://127.0.0.1:1/n"))
		}
	}); !strings.Contains(f.text(), "/n is not on tape: unknown") || strings.Contains(f.text(), "consumed") || !strings.Contains(f.text(), "record it anew with GRACY_TAPE=record; Config.Options.Match can leave out what differs in each run") {
		t.Errorf("any count, and another host: %s", f.text())
	}
}

func TestARecordingThatIsUnfitFailsTheTest(t *testing.T) {
	record(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(make([]byte, 1<<20))
		w.(http.Flusher).Flush()
		_, _ = w.Write([]byte("left-secret-left"))
	}))
	defer srv.Close()
	f := run("TestIncomplete", func(tb *fake) {
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{}).Wrap(broken{})}
		get(c, "http://a.test/")
	})
	if !f.failed || !strings.Contains(f.text(), "1 response broke off or hit a time limit, so not to be replayed: GET http://a.test/") {
		t.Errorf("a body that broke off: failed %v: %s", f.failed, f.text())
	}
	var seen []error
	f = run("TestSecret", func(tb *fake) {
		o := replay.Options{OnError: func(err error) { seen = append(seen, err) }, Redact: redact.Rules{Literals: []string{"T2P1"}}}
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Options: o}).Wrap(sealed{})}
		get(c, "http://a.test/")
	})
	if !f.failed || !strings.Contains(f.text(), "(see Options.Codings): GET /") || len(seen) != 1 || len(files(t)) > 0 {
		t.Errorf("a secret: failed %v, %d errors, files %q: %s", f.failed, len(seen), files(t), f.text())
	}
}

// broken is a server whose body breaks off.
type broken struct{}

func (broken) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := sealed{}.RoundTrip(req)
	resp.Header.Del("Content-Encoding")
	resp.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	return resp, err
}

// A test may leave a stream once it has what it wants, like any client. Its replay fails if it
// reads on.
func TestATestMayLeaveAStream(t *testing.T) {
	record(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := 0; req.Context().Err() == nil; n++ {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", n)
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer srv.Close()
	test := func(events int) func(tb *fake) {
		return func(tb *fake) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/stream", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := replaytest.Client(tb).Do(req)
			if err != nil {
				tb.Fatal(err)
			}
			defer resp.Body.Close()
			defer cancel()
			lines := bufio.NewScanner(resp.Body)
			for n := 0; n < events && lines.Scan(); {
				if want := fmt.Sprintf("data: %d", n); lines.Text() == want {
					n++
				}
			}
			if err := lines.Err(); err != nil {
				tb.Error(err)
			}
		}
	}
	f := run("TestLeave", test(3))
	if f.failed || !strings.Contains(f.text(), "1 response closed or canceled before the end of the body") || !strings.Contains(f.text(), "returns store.ErrCut: GET http://127.0.0.1/stream") {
		t.Fatalf("recorded: failed %v: %s", f.failed, f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	if f := run("TestLeave", test(3)); f.failed || f.text() != "" {
		t.Errorf("replayed: failed %v: %s", f.failed, f.text())
	}
	if f := run("TestLeave", test(1e6)); !f.failed || !strings.Contains(f.text(), "the recording of") {
		t.Errorf("read on: failed %v: %s", f.failed, f.text())
	}
}

// sealed is a server that uses an unknown coding.
type sealed struct{}

func (sealed) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Encoding", "x-sealed")
	_, _ = w.WriteString("???")
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// If a body was masked, a replay does not return what the recording test was given. The author
// should know, so the test logs it without failing.
func TestATestSaysWhoseBodiesWereMasked(t *testing.T) {
	record(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"hunter2hunter2"}`))
	}))
	defer srv.Close()
	test := func(tb *fake) {
		c := replaytest.Client(tb)
		for i := range 12 {
			get(c, srv.URL+"/login/"+strconv.Itoa(i))
		}
	}
	f := run("TestMasked", test)
	const want = "12 responses had secrets in the body, which are masked on the tape: on replay the test gets the masks: GET http://127.0.0.1/login/0, GET http://127.0.0.1/login/1,"
	if f.failed || !strings.Contains(f.text(), want) || !strings.Contains(f.text(), "/login/9 and 2 more\n") && !strings.HasSuffix(f.text(), "/login/9 and 2 more") {
		t.Errorf("failed %v: %s, want %s", f.failed, f.text(), want)
	}
	t.Setenv("GRACY_TAPE", "replay")
	if f := run("TestMasked", test); f.failed || f.text() != "" {
		t.Errorf("replayed: failed %v: %s", f.failed, f.text())
	}
}

// go test -run TestX/one runs one of several subtests that share a tape. What the others recorded
// is neither a miss nor lost.
func TestAPartOfATestKeepsTheRestOfItsTape(t *testing.T) {
	filter := flag.Lookup("test.run")
	before := filter.Value.String()
	defer func() { _ = filter.Value.Set(before) }()
	for _, path := range []string{"tape.json", "tape.db"} {
		record(t)
		test := func(pattern string, paths ...string) *fake {
			if err := filter.Value.Set(pattern); err != nil {
				t.Fatal(err)
			}
			srv, _ := counting(t)
			return run("TestPart", func(tb *fake) {
				c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path}).Wrap(nil)}
				for _, p := range paths {
					get(c, srv.URL+p)
				}
			})
		}
		if f := test("TestPart", "/a", "/b"); f.failed {
			t.Fatal(f.text())
		}
		if f := test("TestPart/b", "/b"); f.failed == (path == "tape.json") {
			t.Errorf("%s: a part recorded again: failed %v: %s", path, f.failed, f.text())
		}
		t.Setenv("GRACY_TAPE", "replay")
		if f := test("TestPart/b", "/b"); f.failed {
			t.Errorf("%s: a part: %s", path, f.text())
		}
		if f := test("TestPart", "/a", "/b"); f.failed {
			t.Errorf("%s: all: %s", path, f.text())
		}
		if f := test("TestPart", "/b"); !f.failed {
			t.Errorf("%s: control run: all of it, and one is not asked for", path)
		}
	}
}

// Subtests that share a tape may make the same request. The recordings of one of them would replace
// those of all.
func TestAPartOfATestDoesNotReplaceWhatOthersRecorded(t *testing.T) {
	filter := flag.Lookup("test.run")
	before := filter.Value.String()
	defer func() { _ = filter.Value.Set(before) }()
	record(t)
	test := func(pattern string, paths ...string) *fake {
		if err := filter.Value.Set(pattern); err != nil {
			t.Fatal(err)
		}
		srv, _ := counting(t)
		return run("TestPart", func(tb *fake) {
			c := replaytest.Client(tb)
			for _, p := range paths {
				get(c, srv.URL+p)
			}
		})
	}
	all := []string{"/a", "/list?x=1&y=2", "/b", "/list?y=2&x=1"}
	if f := test("TestPart", all...); f.failed {
		t.Fatal(f.text())
	}
	const want = "subtests were left out, and 1 request recorded less often than before may be theirs too: record the whole test: GET http://127.0.0.1/list?x=1&y=2"
	if f := test("TestPart/b", "/b", "/list?x=1&y=2", "/new"); !f.failed || !strings.Contains(f.text(), want) || !strings.Contains(f.text(), "TestPart.json is unchanged") {
		t.Errorf("failed %v: %s, want %s", f.failed, f.text(), want)
	}
	t.Setenv("GRACY_TAPE", "replay")
	if f := test("TestPart", all...); f.failed {
		t.Errorf("replayed: %s", f.text())
	}
	t.Setenv("GRACY_TAPE", "record")
	if f := test("TestPart/b", "/b", "/list?x=1&y=2", "/list?x=1&y=2", "/new"); f.failed {
		t.Errorf("as often as before: %s", f.text())
	}
	if f := test("TestPart", "/b", "/list?x=1&y=2"); f.failed {
		t.Errorf("control run: all of it, and less than before: %s", f.text())
	}
}
