package replay_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

func TestBeforeRecordEditsOrLeavesOut(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			opts := replay.Options{Mode: replay.ModeRecord, BeforeRecord: func(x *store.Exchange) bool {
				x.Request.URL, x.Request.Header, x.Key, x.ID = "http://other/", nil, store.Key{}, 1 // no effect
				switch {
				case strings.HasSuffix(x.Route, "/none"):
					return false
				case strings.HasSuffix(x.Route, "/nothing"):
					x.Response, x.Fault = nil, nil
				case strings.HasSuffix(x.Route, "/fault"):
					x.Response, x.Fault = nil, &store.Fault{Text: "cut"}
				default:
					x.Response.Body = []byte(`{"n":` + string(x.Response.Body) + `,"token":"hunter2"}`)
					x.Response.Header.Set("Date", "today")
				}
				return true
			}}
			tape := open(t, path, opts)
			rt := tape.Wrap(numbered())
			for _, p := range []string{"/a", "/none", "/nothing", "/fault"} {
				req := request(t, "GET", api+p, "")
				req.Header.Set("X-Kept", "yes")
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				if b, _ := io.ReadAll(resp.Body); len(b) != 1 || resp.Header.Get("Date") != "" {
					t.Errorf("%s: the caller got %q, %v", p, b, resp.Header)
				}
				resp.Body.Close()
			}
			if err := tape.Flush(t.Context()); err != nil {
				t.Error(err)
			}
			if s := tape.Stats(); s.Recorded != 2 || s.Skipped != 2 || s.Withheld != 0 {
				t.Errorf("%+v", s)
			}
			closeTape(t, tape)

			rt = openReplay(t, path).Wrap(noNetwork(t))
			resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			if string(b) != `{"n":1,"token":"REDACTED"}` || resp.ContentLength != int64(len(b)) || resp.Header.Get("Date") != "today" {
				t.Errorf("replayed %q of %d, %v", b, resp.ContentLength, resp.Header)
			}
			if _, err := rt.RoundTrip(request(t, "GET", api+"/fault", "")); err == nil || !strings.Contains(err.Error(), "cut") {
				t.Errorf("the fault: %v", err)
			}
			if _, err := rt.RoundTrip(request(t, "GET", api+"/none", "")); err == nil {
				t.Error("what was left out is on the tape")
			}
		})
	}
}

func TestBeforeReplayEditsACopy(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, BeforeReplay: func(req *http.Request, x *store.Exchange) {
				x.Response.Body = append(x.Response.Body, req.Header.Get("X-Id")...)
				x.Response.Header.Set("Date", "today")
				if req.Header.Get("X-Id") == "gone" {
					x.Response = nil
				}
			}})
			rt := tape.Wrap(noNetwork(t))
			for _, id := range []string{"x", "yy", "", "gone"} {
				req := request(t, "GET", api+"/a", "")
				req.Header.Set("X-Id", id)
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				b, _ := io.ReadAll(resp.Body)
				wanted, date := "1"+id, "today"
				if id == "gone" { // without a response or a fault, the edit is ignored
					wanted, date = "1", ""
				}
				if string(b) != wanted || resp.ContentLength != int64(len(b)) || resp.Header.Get("Date") != date {
					t.Errorf("%q: %q of %d, %v", id, b, resp.ContentLength, resp.Header)
				}
			}
			closeTape(t, tape)
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
}

func TestBeforeRecordAddsABodyWhereThereWasNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db") // a text tape has no such length
	tape := open(t, path, replay.Options{BeforeRecord: func(x *store.Exchange) bool { x.Response.Body = []byte("hello"); return true }})
	resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) { return respond(req, 200, ""), nil }}).RoundTrip(request(t, "GET", api+"/b", ""))
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, resp)
	closeTape(t, tape)
	resp, err = openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/b", ""))
	if err != nil {
		t.Fatal(err)
	}
	if b := readAll(t, resp); b != "hello" || resp.ContentLength != 5 {
		t.Errorf("%q of %d", b, resp.ContentLength)
	}
}

// If a hook changes the status code but not the status line, the line follows the code.
func TestTheStatusFollowsTheCode(t *testing.T) {
	for _, name := range stores() {
		for _, c := range []struct {
			edit func(*store.Response)
			want string
		}{
			{func(r *store.Response) { r.StatusCode = 404 }, "404 Not Found"},
			{func(r *store.Response) { r.StatusCode = 599 }, "599"},
			{func(r *store.Response) { r.StatusCode, r.Status = 404, "404 gone fishing" }, "404 gone fishing"},
			{func(r *store.Response) { r.Status = "200 fine" }, "200 fine"},
			{func(*store.Response) {}, "200 OK"},
		} {
			for _, recording := range []bool{true, false} {
				path := filepath.Join(t.TempDir(), name)
				opts := replay.Options{Mode: replay.ModeRecord}
				if recording {
					opts.BeforeRecord = func(x *store.Exchange) bool { c.edit(x.Response); return true }
				}
				tape := open(t, path, opts)
				want(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
					resp := respond(req, 200, "1")
					resp.Status = "200 OK"
					return resp, nil
				}}), api+"/a", 200, "1")
				closeTape(t, tape)
				opts = replay.Options{Mode: replay.ModeReplay}
				if !recording {
					opts.BeforeReplay = func(_ *http.Request, x *store.Exchange) { c.edit(x.Response) }
				}
				tape = open(t, path, opts)
				resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
				if err != nil {
					t.Fatal(err)
				}
				if readAll(t, resp); resp.Status != c.want || !strings.HasPrefix(resp.Status, strconv.Itoa(resp.StatusCode)) {
					t.Errorf("%s, while recording %v: %q, %d, want %q", name, recording, resp.Status, resp.StatusCode, c.want)
				}
				closeTape(t, tape)
			}
		}
	}
}

// What a hook sets replaces a body that is too long for the hook to see.
func TestAHookReplacesABodyThatItDoesNotSee(t *testing.T) {
	for what, hook := range map[string]func(*http.Request, *store.Exchange){
		"body": func(_ *http.Request, x *store.Exchange) { x.Response.Body = []byte("small") },
		"response": func(_ *http.Request, x *store.Exchange) {
			x.Response = &store.Response{StatusCode: 200, Body: []byte("small")}
		},
		"fault": func(_ *http.Request, x *store.Exchange) { x.Response, x.Fault = nil, &store.Fault{Text: "broke"} },
	} {
		tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{BeforeReplay: hook})
		x := &store.Exchange{Response: &store.Response{StatusCode: 200}, Start: time.Now()}
		x.SetMissingBody(40 << 20)
		edited, err := tape.EditReplayed(request(t, "GET", api+"/image", ""), x)
		if err != nil || edited.MissingBody() != 0 {
			t.Errorf("%s: %v, %d bytes of the long body follow", what, err, edited.MissingBody())
		}
	}
}

// A hook may keep an exchange, and may return one response for several exchanges. What it was shown
// does not change, although the recorded copy is masked later.
func TestWhatAHookKeepsStays(t *testing.T) {
	const secret = `{"access_token":"0123456789abcdef"}`
	var kept *store.Response
	tape := open(t, filepath.Join(t.TempDir(), "t.db"), replay.Options{BeforeRecord: func(x *store.Exchange) bool {
		if kept == nil {
			kept = x.Response
		}
		x.Response = kept
		return true
	}})
	defer closeTape(t, tape)
	rt := tape.Wrap(&script{fn: func(n int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, secret+strings.Repeat(" ", n))
		resp.Header.Set("Content-Type", "application/json")
		resp.Header.Set("Content-Length", strconv.Itoa(len(secret)+n))
		return resp, nil
	}})
	shown := ""
	for i := range 3 {
		get(t, rt, api+"/"+strconv.Itoa(i))
		now := fmt.Sprintf("%q %d %v", kept.Body, kept.ContentLength, kept.Header)
		if shown == "" {
			shown = now
		}
		if now != shown || !strings.Contains(now, "0123456789abcdef") {
			t.Errorf("the hook has %s now, and was shown %s", now, shown)
		}
		if err := tape.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if s := tape.Stats(); s.Masked != 3 {
		t.Errorf("%+v, want three that are masked", s)
	}
}

// A replayed exchange is read without its request, unless a hook is to see it.
func TestBeforeReplaySeesTheRequest(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
		want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
		closeTape(t, tape)
		for _, mode := range []replay.Mode{replay.ModeReplay, replay.ModeSmart} {
			var seen []string
			tape = open(t, path, replay.Options{Mode: mode, BeforeReplay: func(_ *http.Request, x *store.Exchange) {
				seen = append(seen, x.Request.Method+" "+x.Request.URL+" "+x.Key.Path)
			}})
			want(t, tape.Wrap(noNetwork(t)), api+"/a", 200, "1")
			closeTape(t, tape)
			if is := "GET " + api + "/a /a"; len(seen) != 1 || seen[0] != is {
				t.Errorf("%s, %v: %q, want %q", name, mode, seen, is)
			}
		}
	}
}
