package replay_test

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestPassThroughIsSentInEveryMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	passed := []string{"localhost", "GET /healthz", "POST other.test/{path...}"}
	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart, replay.ModeReplay} {
		tape := open(t, path, replay.Options{Mode: mode, PassThrough: passed, RejectUnsafe: true})
		for _, c := range []struct {
			method, url string
			passes      bool
		}{
			{"GET", "http://localhost:8080/x", true},
			{"GET", api + "/healthz", true},
			{"GET", api + "/healthz/x", false},
			{"POST", "https://other.test/a/b", true},
			{"GET", "https://other.test/a/b", false},
		} {
			base := numbered()
			before := tape.Stats()
			resp, err := tape.Wrap(base).RoundTrip(request(t, c.method, c.url, ""))
			if err == nil {
				readAll(t, resp)
			}
			after := tape.Stats()
			touched := after.Recorded+after.Pending+after.Replayed+after.Missed > before.Recorded+before.Pending+before.Replayed+before.Missed
			if c.passes && (err != nil || base.sent.Load() != 1 || touched) || !c.passes && !touched {
				t.Errorf("%v: %s %s: %v, sent %d, %+v", mode, c.method, c.url, err, base.sent.Load(), after)
			}
		}
		closeTape(t, tape)
	}
}

func TestRejectUnsafeSendsWhatIsSafe(t *testing.T) {
	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{Mode: mode})
		resp, err := tape.Wrap(numbered()).RoundTrip(request(t, "POST", api+"/taped", ""))
		if err != nil {
			t.Fatal(err)
		}
		readAll(t, resp)
		closeTape(t, tape)

		tape = open(t, path, replay.Options{Mode: mode, RejectUnsafe: true})
		for _, method := range []string{"GET", "", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "get"} {
			base := numbered()
			safe := method == "GET" || method == "" || method == "HEAD" || method == "OPTIONS" || method == "TRACE"
			req := request(t, "GET", api+"/x", "")
			req.Method = method
			resp, err := tape.Wrap(base).RoundTrip(req)
			if err == nil {
				readAll(t, resp)
			}
			if safe != (err == nil) || safe != (base.sent.Load() == 1) || !safe && (!errors.Is(err, replay.ErrUnsafe) || !errors.Is(err, verdict.ErrRejected)) {
				t.Errorf("%v: %q: %v, sent %d", mode, method, err, base.sent.Load())
			}
		}
		// What is on the tape is replayed as ever, and Off is not affected.
		base := numbered()
		if _, err := tape.Wrap(base).RoundTrip(request(t, "POST", api+"/taped", "")); (mode == replay.ModeSmart) != (err == nil) || base.sent.Load() != 0 {
			t.Errorf("%v: on tape: %v, sent %d", mode, err, base.sent.Load())
		}
		req := request(t, "POST", api+"/x", "")
		if _, err := tape.Wrap(base).RoundTrip(req.WithContext(transport.With(t.Context(), replay.Off))); err != nil {
			t.Error(err)
		}
		closeTape(t, tape)
	}
}

func TestFallbackStandsInForAMiss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	closeTape(t, tape)
	failed := errors.New("not in this test")
	both := &countedBody{Reader: strings.NewReader("x")}
	tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Fallback: func(req *http.Request, miss *replay.MissError) (*http.Response, error) {
		switch req.URL.Path {
		case "/none":
			return &http.Response{StatusCode: 404, Header: http.Header{"X-Reason": {string(miss.Reason)}}}, nil
		case "/bare":
			return &http.Response{StatusCode: 204}, nil
		case "/text":
			return &http.Response{StatusCode: 599, Body: io.NopCloser(strings.NewReader("text"))}, nil
		case "/fails":
			return nil, failed
		case "/both":
			return &http.Response{StatusCode: 200, Body: both}, failed
		}
		return nil, nil
	}})
	defer closeTape(t, tape)
	rt := tape.Wrap(noNetwork(t))
	want(t, rt, api+"/a", 200, "1")
	body := &countedBody{Reader: strings.NewReader("x")}
	req := request(t, "POST", api+"/none", "")
	req.Body = body
	resp, err := rt.RoundTrip(req)
	if err != nil || resp.StatusCode != 404 || resp.Header.Get("X-Reason") != "unknown" || resp.Request == nil || readAll(t, resp) != "" || body.count() != 1 {
		t.Errorf("%+v, %v, body closed %d times", resp, err, body.count())
	}
	if _, err := rt.RoundTrip(request(t, "GET", api+"/fails", "")); !errors.Is(err, failed) || !errors.Is(err, verdict.ErrRejected) {
		t.Errorf("%v", err)
	}
	if resp, err := rt.RoundTrip(request(t, "GET", api+"/bare", "")); err != nil || resp.Header == nil || resp.Status != "204 No Content" || resp.ProtoMajor != 1 || readAll(t, resp) != "" {
		t.Errorf("%+v, %v", resp, err)
	}
	resp, err = rt.RoundTrip(request(t, "GET", api+"/text", ""))
	if err != nil {
		t.Fatal(err)
	}
	if ledger := layer.CallOf(resp).String(); readAll(t, resp) != "text" || resp.Status != "599" || resp.ContentLength != -1 ||
		!strings.Contains(ledger, "the response comes from Options.Fallback") || strings.Contains(ledger, "replayed") || !strings.Contains(ledger, "not on tape: unknown") {
		t.Errorf("%+v:\n%s", resp, ledger)
	}
	if _, err := rt.RoundTrip(request(t, "GET", api+"/both", "")); !errors.Is(err, failed) || both.count() != 1 {
		t.Errorf("%v, closed %d times", err, both.count())
	}
	if _, err := rt.RoundTrip(request(t, "GET", api+"/miss", "")); !errors.Is(err, replay.ErrMiss) {
		t.Errorf("%v", err)
	}
	if s := tape.Stats(); s.Missed != 6 {
		t.Errorf("%+v", s)
	}
}

// Values that a client makes anew, and fields that do not count, cause no miss on either tape, and
// are not shown as differences.
func TestSubsetsAndPatternsFindARecording(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			post := func(id, body string) *http.Request {
				req := request(t, "POST", api+"/orders/"+id, body)
				req.Header.Set("Content-Type", "application/json")
				return req
			}
			const one, two = "3f2b8a51-0c4d-4e6f-9a7b-1c2d3e4f5a6b", "00000000-0000-4000-8000-000000000000"
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			resp, err := tape.Wrap(numbered()).RoundTrip(post(one, `{"item":"tea","qty":1,"nonce":"`+one+`","at":1}`))
			if err != nil {
				t.Fatal(err)
			}
			readAll(t, resp)
			closeTape(t, tape)
			m := replay.Match{OnlyFields: []string{"item", "qty", "nonce"}, Patterns: []string{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`}}
			for _, c := range []struct {
				match    replay.Match
				id, body string
				want     string // how it differs
			}{
				{m, two, `{"qty":1,"item":"tea","nonce":"` + two + `","at":2}`, ""},
				{m, two, `{"qty":2,"item":"tea","nonce":"` + two + `","at":2}`, "differs in body /qty: 2, on tape 1"},
				{m, "latest", `{"qty":1,"item":"tea","nonce":"` + two + `","at":2}`, "differs in path"},
				{replay.Match{}, two, `{"qty":1,"item":"tea","nonce":"` + two + `","at":2}`, "differs in path"},
			} {
				tape := open(t, path, replay.Options{Mode: replay.ModeReplay, Match: c.match})
				resp, err := tape.Wrap(noNetwork(t)).RoundTrip(post(c.id, c.body))
				switch {
				case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
					t.Errorf("%s %s: %v, want %q", c.id, c.body, err, c.want)
				}
				if err == nil && readAll(t, resp) != "1" {
					t.Error("another response")
				}
				closeTape(t, tape)
			}
		})
	}
}

// countingStore counts the calls of Find and the exchanges found.
type countingStore struct {
	store.IndexStore
	finds, found atomic.Int64
}

func (s *countingStore) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	s.finds.Add(1)
	x, err := s.IndexStore.Find(key, after)
	if x != nil {
		s.found.Add(1)
	}
	return x, err
}

func TestALookupReadsOneExchange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	rt := tape.Wrap(numbered())
	for range 3 {
		get(t, rt, api+"/a")
	}
	closeTape(t, tape)
	s, err := bolt.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	counting := &countingStore{IndexStore: s}
	if tape, err = replay.New(counting, replay.Options{Mode: replay.ModeReplay}); err != nil {
		t.Fatal(err)
	}
	defer closeTape(t, tape)
	rt = tape.Wrap(noNetwork(t))
	lookup := func(what, body string, finds int64) {
		t.Helper()
		counting.finds.Store(0)
		counting.found.Store(0)
		want(t, rt, api+"/a", 200, body)
		if got := counting.finds.Load(); got != finds {
			t.Errorf("%s: %d lookups in the store, want %d", what, got, finds)
		}
		if got := counting.found.Load(); got != 1 {
			t.Errorf("%s: %d exchanges were read, want 1", what, got)
		}
	}
	lookup("the first", "1", 1)
	lookup("the next", "2", 1)
	lookup("the last", "3", 1)
	lookup("the last again, where the end is found", "3", 2)
	lookup("the last again", "3", 1)
	tape.Rewind()
	lookup("the first again", "1", 1)
}

func TestTheEndOfASequenceIsForgottenByReindex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	var alike atomic.Bool
	match := replay.Match{Key: func(req *http.Request) string {
		if alike.Load() {
			return "n=1"
		}
		return req.URL.RawQuery
	}}
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord, Match: match})
	rt := tape.Wrap(numbered())
	get(t, rt, api+"/a?n=1")
	get(t, rt, api+"/a?n=2")
	closeTape(t, tape)
	tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Match: match})
	rt = tape.Wrap(noNetwork(t))
	want(t, rt, api+"/a?n=1", 200, "1")
	want(t, rt, api+"/a?n=1", 200, "1") // finds the end
	alike.Store(true)
	if err := tape.Reindex(); err != nil {
		t.Fatal(err)
	}
	want(t, rt, api+"/a?n=1", 200, "2")
}
