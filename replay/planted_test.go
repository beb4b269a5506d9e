package replay_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// asked returns a request with secrets in its URL and headers, and with a body that has one.
func asked(t *testing.T, kind, place, page, body string) *http.Request {
	t.Helper()
	target := fmt.Sprintf("https://me:%s@api.example.com/%s/%s?kind=%s&page=%s&api_key=%s&jwt=%s",
		named, token, strings.ReplaceAll(place, " ", "-"), strings.Map(plainly, kind), page, named, jwt)
	req := request(t, "POST", target, body)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Authorization", "Bearer "+named+page)
	req.Header.Set("Cookie", "id="+named+page)
	req.Header.Set("X-Note", "page "+page+" of "+jwt+" and "+literal)
	return req
}

// plainly keeps lower-case letters and replaces the rest.
func plainly(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	return '-'
}

// Secrets in 26 places of a body, under every media type, and in URLs and headers, appear in no
// miss, in no error of a tape or of a replay, and in nothing that Verify returns.
func TestNoSecretReachesAMissOrAnError(t *testing.T) {
	places, kinds := bodyPlaces(), mediaTypes()
	names := slices.Sorted(maps.Keys(places))
	if testing.Short() {
		kinds = []string{"", "application/json", "application/x-www-form-urlencoded", "image/png"}
	}
	// All pairs are for long tests. The others still have each place and each media type.
	some := func(i, j int) bool { return long.Wanted() || (i+2*j)%5 == 0 || i == j }
	for _, store := range stores() {
		t.Run(store, func(t *testing.T) {
			var mu sync.Mutex // guards said: OnError runs in a goroutine of the tape
			said := make(map[string][]string)
			say := func(what, text string) {
				mu.Lock()
				defer mu.Unlock()
				said[what] = append(said[what], text)
			}
			opts := replay.Options{
				Redact: redact.Rules{Literals: []string{literal}}, Errors: true, MaxBody: 4096,
				Match:   replay.Match{Headers: []string{"X-Note", "Cookie"}},
				OnError: func(err error) { say("OnError", err.Error()) },
			}
			path := filepath.Join(t.TempDir(), store)
			tape := open(t, path, opts)
			record := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				body := places[strings.ReplaceAll(req.URL.Path[strings.LastIndex(req.URL.Path, "/")+1:], "-", " ")]
				fault := errors.New(req.Method + " " + req.URL.String() + ": the proxy says " + req.Header.Get("X-Note") + ", " + jwt)
				switch req.URL.Query().Get("page") {
				case "fault":
					return nil, fault
				case "long":
					body += strings.Repeat(" ", 5000)
				}
				resp := respond(req, 200, body)
				resp.Header["Content-Type"] = req.Header["Content-Type"]
				resp.Header.Set("Location", req.URL.String())
				switch req.URL.Query().Get("page") {
				case "packed":
					resp.Header.Set("Content-Encoding", "unknown")
				case "broken":
					resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), errReader{fault}))
				}
				return resp, nil
			}})
			pages := []string{"recorded", "fault", "long", "packed", "broken"}
			for i, kind := range kinds {
				for j, place := range names {
					if !some(i, j) {
						continue
					}
					if i == j { // the other pages once for each media type
						for _, page := range pages[1:] {
							_ = ask(t, record, asked(t, kind, place, page, places[place]))
						}
					}
					_ = ask(t, record, asked(t, kind, place, "recorded", places[place]))
					bare := request(t, "GET", api+"/bare/"+strings.Map(plainly, kind)+"/"+strings.ReplaceAll(place, " ", "-"), "")
					bare.Header.Set("Content-Type", kind)
					_ = ask(t, record, bare) // Verify sends only what has no mask
				}
			}
			if err := tape.Flush(t.Context()); err != nil {
				say("Flush", err.Error())
			}
			if err := tape.Close(); err != nil {
				say("Close", err.Error())
			}

			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			rt := tape.Wrap(noNetwork(t))
			for i, kind := range kinds {
				for j, place := range names {
					if !some(i, j) {
						continue
					}
					other := places[names[(j+1)%len(names)]]
					for k, req := range []*http.Request{
						asked(t, kind, place, "recorded", other), // another body, which may be the same when masked
						asked(t, kind, place, "missing", places[place]),
						asked(t, kind, other[:4], "missing", other),
					} {
						if k > 0 && (i+j)%5 > 0 {
							continue // their bodies differ in nothing that the first does not show
						}
						err := ask(t, rt, req)
						miss, ok := errors.AsType[*replay.MissError](err)
						if !ok {
							continue
						}
						say("miss", err.Error())
						say("miss", fmt.Sprint(miss.Method, miss.URL, miss.Route, miss.Nearest, miss.Differences))
					}
					if i != j {
						continue
					}
					for _, page := range []string{"fault", "broken"} {
						err := ask(t, rt, asked(t, kind, place, page, places[place]))
						if err == nil {
							t.Fatalf("%s was not replayed as an error", page)
						}
						say("replayed", err.Error())
					}
				}
			}
			drifted := &script{fn: func(n int, req *http.Request) (*http.Response, error) {
				if n%7 == 0 {
					return nil, errors.New("no") // Verify returns the error of next unchanged
				}
				resp := respond(req, 201, places[names[n%len(names)]])
				resp.Header["Content-Type"] = req.Header["Content-Type"]
				resp.Header.Set("Location", "https://h/?token="+named)
				resp.Header.Set("X-Note", literal)
				return resp, nil
			}}
			for drift, err := range tape.Verify(t.Context(), drifted, replay.VerifyOptions{Unsafe: true, Headers: []string{"X-Note"}}) {
				if drift == nil {
					t.Fatal(err) // an error with a Drift is that of next, unchanged
				}
				say("Verify", drift.String()+fmt.Sprint(drift.Route, drift.URL, drift.Skipped, drift.Differences))
			}

			for _, what := range []string{"OnError", "Flush", "Close", "miss", "replayed", "Verify"} {
				if len(said[what]) == 0 {
					t.Errorf("%s says nothing: the test shows nothing", what)
				}
				for _, text := range said[what] {
					for _, secret := range append(planted(), jwt, jwt[:12], named[:12], token[:12]) { // a miss shortens long values
						if strings.Contains(text, secret) {
							t.Errorf("%s: %q in %q", what, secret, text)
						}
					}
				}
				t.Logf("%d texts of %s", len(said[what]), what)
			}
			all := strings.Join(said["miss"], "\n")
			for _, place := range []string{"body /", "form ", "header X-Note", "query page"} { // the control: a miss says what differs
				if !strings.Contains(all, place) {
					t.Errorf("no miss names %q", place)
				}
			}
			disk := raw(t, path)
			for _, secret := range append(planted(), jwt) {
				if bytes.Contains(disk, []byte(secret)) {
					t.Errorf("%q is on the tape", secret)
				}
			}
		})
	}
}

// ask sends a request, reads the response, and returns the first error.
func ask(t *testing.T, rt http.RoundTripper, req *http.Request) error {
	t.Helper()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
