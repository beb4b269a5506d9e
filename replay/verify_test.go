package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// pages responds with the JSON that a map has for a method and path.
func pages(m map[string]string) *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		body, ok := m[req.Method+" "+req.URL.Path]
		code := 200
		if !ok {
			code = 404
		}
		resp := respond(req, code, body)
		resp.Header.Set("Content-Type", "application/json")
		return resp, nil
	}}
}

// drifts returns what Verify yields, one line each.
func drifts(t *testing.T, tape *replay.Tape, next http.RoundTripper, opts replay.VerifyOptions) string {
	t.Helper()
	var b strings.Builder
	for d, err := range tape.Verify(t.Context(), next, opts) {
		switch {
		case d == nil:
			t.Fatal(err)
		case err != nil:
			b.WriteString(d.Method + " " + d.URL + ": " + err.Error() + "\n")
		default:
			b.WriteString(d.String() + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), api, "")
}

func TestVerifyFindsEachDrift(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			rt := tape.Wrap(pages(map[string]string{
				"GET /same": `{"a": [1, 2], "id": 1}`, "GET /value": `{"a":{"b":1}}`, "GET /type": `{"a":{"b":1}}`,
				"GET /gone": `{}`, "POST /made": `{}`, "GET /secret": `{"token":"one","n":1}`,
			}))
			for _, r := range []string{"GET /same", "GET /value", "GET /type", "GET /gone", "POST /made", "GET /secret", "GET /none", "GET /same?key=hunter2"} {
				method, url, _ := strings.Cut(r, " ")
				resp, err := rt.RoundTrip(request(t, method, api+url, ""))
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			closeTape(t, tape)

			live := map[string]string{
				"GET /same": `{"id":2,"a":[1,2]}`, "GET /value": `{"a":{"b":2}}`, "GET /type": `{"a":{"b":"1"}}`,
				"POST /made": `{"new":1}`, "GET /secret": `{"token":"two","n":1}`,
			}
			tape = openReplay(t, path)
			defer closeTape(t, tape)
			base := pages(live)
			const skipped = "POST /made: not sent: the method is not safe\n"
			const masked = "GET /same?key=REDACTED: not sent: part of the URL is masked\n"
			gone := "GET /gone: status: 404, on tape 200; body: nothing, on tape \"{}\"\n"
			for _, c := range []struct {
				opts replay.VerifyOptions
				want string
			}{
				{replay.VerifyOptions{Ignore: []string{"id"}}, "GET /same: as recorded\nGET /value: body /a/b: 2, on tape 1\nGET /type: body /a/b: \"1\", on tape 1\n" +
					gone + skipped + "GET /secret: as recorded\nGET /none: as recorded\n" + masked},
				{replay.VerifyOptions{Shape: true, Unsafe: true}, "GET /same: as recorded\nGET /value: as recorded\nGET /type: body /a/b: string, on tape number\n" +
					gone + "POST /made: body /new: number, on tape nothing\nGET /secret: as recorded\nGET /none: as recorded\n" + masked},
			} {
				if got := drifts(t, tape, base, c.opts); got != c.want {
					t.Errorf("%+v:\n%swant\n%s", c.opts, got, c.want)
				}
			}
			if s := tape.Stats(); s.Replayed != 0 || s.Recorded != 0 || s.Missed != 0 {
				t.Errorf("verifying counts: %+v", s)
			}
			want(t, tape.Wrap(noNetwork(t)), api+"/value", 200, `{"a":{"b":1}}`)
		})
	}
}

// Verify does not send what is masked on the tape, and sends the other headers.
func TestVerifySendsNoMask(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{})
	req := request(t, "GET", api+"/a", "")
	req.Header.Set("Authorization", "Bearer hunter2")
	req.Header.Set("Accept-Language", "de")
	resp, err := tape.Wrap(numbered()).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		if v, ok := req.Header["Authorization"]; ok {
			t.Errorf("sent %q", v)
		}
		if v := req.Header.Get("Accept-Language"); v != "de" {
			t.Errorf("language %q", v)
		}
		if req.Body != nil {
			t.Error("a GET has a body")
		}
		return respond(req, 200, "1"), nil
	}}
	if got := drifts(t, tape, base, replay.VerifyOptions{}); got != "GET /a: as recorded\n" {
		t.Error(got)
	}
	closeTape(t, tape)
}

// Without a response there is nothing to compare, and a tape is not compared with itself.
func TestVerifyComparesWithNothingElse(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.db"), replay.Options{})
	defer closeTape(t, tape)
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	down := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }}
	n := 0
	for d, err := range tape.Verify(t.Context(), down, replay.VerifyOptions{}) {
		if n++; err == nil || d.String() != "GET "+api+"/a: not compared: no response" {
			t.Errorf("%v, %v", d, err)
		}
	}
	if n != 1 {
		t.Errorf("%d drifts without a server, want 1", n)
	}
	n = 0
	base := numbered()
	for d, err := range tape.Verify(t.Context(), tape.Wrap(base), replay.VerifyOptions{}) {
		if n++; d != nil || err == nil {
			t.Errorf("%v, %v", d, err)
		}
	}
	if n != 1 || base.sent.Load() != 0 {
		t.Errorf("%d drifts, %d sent", n, base.sent.Load())
	}
}

// The last response of a sequence is the one compared. An error does not end the walk.
func TestVerifyGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	rt := tape.Wrap(numbered())
	want(t, rt, api+"/poll", 200, "1")
	want(t, rt, api+"/poll", 200, "2")
	want(t, rt, api+"/down", 200, "3")
	want(t, rt, api+"/up", 200, "4")
	closeTape(t, tape)

	tape = openReplay(t, path)
	defer closeTape(t, tape)
	down := errors.New("connection refused")
	base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		switch req.URL.Path {
		case "/poll":
			return respond(req, 200, "2"), nil
		case "/down":
			return nil, down
		}
		resp := respond(req, 200, "5")
		resp.Header.Set("Etag", "x")
		return resp, nil
	}}
	const plain = "GET /poll: as recorded\nGET /down: connection refused\nGET /up: "
	if got, want := drifts(t, tape, base, replay.VerifyOptions{Headers: []string{"etag"}}), plain+
		"header Etag: \"x\", on tape nothing; body: \"5\", on tape \"4\"\n"; got != want {
		t.Errorf("%swant\n%s", got, want)
	}
	if n := base.sent.Load(); n != 3 {
		t.Errorf("%d sent, want 3", n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for d, err := range tape.Verify(ctx, base, replay.VerifyOptions{}) {
		seen++
		if d == nil && !errors.Is(err, context.Canceled) || seen == 1 != (d != nil) {
			t.Errorf("%v, %v", d, err)
		}
		cancel()
	}
	if seen != 2 {
		t.Errorf("%d after the context ended, want a drift and its error", seen)
	}
}

func TestVerifyBoundsWhatIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	tape := open(t, path, replay.Options{MaxBody: 10})
	defer closeTape(t, tape)
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	long := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		return respond(req, 200, strings.Repeat("x", 11)), nil
	}}
	if got, want := drifts(t, tape, long, replay.VerifyOptions{}), "longer than Options.MaxBody (10)\n"; !strings.HasSuffix(got, want) {
		t.Error(got)
	}
	var off *replay.Tape
	for d, err := range off.Verify(t.Context(), long, replay.VerifyOptions{}) {
		t.Errorf("a tape that is off: %v, %v", d, err)
	}
}

func TestVerifyShowsNothingOfABodyThatCannotBeMasked(t *testing.T) {
	const secret = "hunter2hunter2"
	body := `{"n":1,"password":"` + secret + `"}` + strings.Repeat(" ", 100)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(body))
	_ = w.Flush()
	cut := packed.String() // without the end of the stream
	_ = w.Close()
	const length, sum = "length of the body (its content cannot be masked): ", "body: another SHA-256 (its content cannot be masked)\n"
	for _, c := range []struct{ coding, live, want string }{
		{"gzip", cut, length}, {"x-unknown", body, length}, {"x-unknown", "", sum},
	} {
		coding, live := c.coding, c.live
		path := filepath.Join(t.TempDir(), "tape.json")
		responds := func(coding, body string) *script {
			return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, body)
				resp.Header = http.Header{"Content-Type": {"application/json"}}
				if coding != "" {
					resp.Header.Set("Content-Encoding", coding)
				}
				return resp, nil
			}}
		}
		tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
		get(t, tape.Wrap(responds("gzip", packed.String())), api+"/a")
		closeTape(t, tape)
		tape = openReplay(t, path)
		for x, err := range tape.Exchanges() {
			if err == nil && live == "" {
				live = strings.Repeat("x", len(x.Response.Body)) // as long as on the tape
			}
		}
		text := drifts(t, tape, responds(coding, live), replay.VerifyOptions{})
		if strings.Contains(text, "hunter2") || !strings.Contains(text, c.want) {
			t.Errorf("%s: %s, want %s", coding, text, c.want)
		}
	}
}
