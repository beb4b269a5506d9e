package replay_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// goldenTape opens a copy of a tape that the first build with schema 1 recorded.
func goldenTape(t *testing.T, name string) (tape *replay.Tape, path string) {
	t.Helper()
	return goldenIn(t, name, replay.ModeReplay)
}

func goldenIn(t *testing.T, name string, mode replay.Mode) (tape *replay.Tape, path string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path, replay.Options{
		Mode: mode, Errors: true, MaxRequest: 1000, End: replay.EndMiss,
		Match:  replay.Match{Headers: []string{"Accept"}, IgnoreQuery: []string{"t"}, IgnoreFields: []string{"nonce"}},
		Redact: redact.Rules{Query: []string{"tenant"}},
	}), path
}

// The keys of an old tape still match, and its responses are replayed byte for byte.
func TestOldTapesReplay(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, name := range []string{"schema1.tape", "schema1.json"} {
		t.Run(name, func(t *testing.T) {
			tape, path := goldenTape(t, name)
			rt := tape.Wrap(noNetwork(t))
			ask := func(method, url, contentType, body string) (status int, got string, err error) {
				req := request(t, method, api+url, body)
				if contentType != "" {
					req.Header.Set("Content-Type", contentType)
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					return 0, "", err
				}
				b, err := io.ReadAll(resp.Body)
				return resp.StatusCode, string(b), err
			}
			for i, c := range []struct {
				method, url, contentType, body string
				code                           int
				want                           string
			}{
				{"GET", "/sequence", "", "", 503, "/sequence 1"},
				{"GET", "/sequence", "", "", 503, "/sequence 2"},
				{"GET", "/sequence", "", "", 200, "/sequence 3"},
				{"GET", "/json?t=9&tenant=other&page=1", "", "", 200, `{"b":[1,2.50,1e3],"a":"<é & \u2028>","access_token":"REDACTED"}` + "\n"},
				{"GET", "/binary", "", "", 200, "\x00\xff\xfe\n\x80x"},
				{"GET", "/big", "", "", 200, strings.Repeat("0123456789abcdef", 4097)},
				{"GET", "/trailer", "", "", 200, "/trailer 7"},
				{"GET", "/empty", "", "", 204, ""},
				{"GET", "/objects/" + strings.Repeat("0a9f", 10), "", "", 200, "/objects/" + strings.Repeat("0a9f", 10) + " 9"},
				{"POST", "/post", "application/json", `{ "nonce":1, "b":{"c":[1,2]}, "a":1 }`, 200, "/post 10"},
				{"POST", "/post", form, "nonce=1&b=2&a=1", 200, "/post 11"},
				{"POST", "/post", "", strings.Repeat("x", 1001), 200, "/post 12"},
			} {
				if code, got, err := ask(c.method, c.url, c.contentType, c.body); err != nil || code != c.code || got != c.want {
					t.Errorf("%d: %s %s = %d %.80q, %v; want %d %.80q", i, c.method, c.url, code, got, err, c.code, c.want)
				}
			}
			if _, got, err := ask("GET", "/broken", "", ""); got != "half" || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("broken body: %q, %v", got, err)
			}
			if _, _, err := ask("GET", "/refused", "", ""); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("refused connection: %v", err)
			}
			if _, _, err := ask("GET", "/unreachable", "", ""); !isNotFound(err) {
				t.Errorf("unknown host: %v", err)
			}
			for url, reason := range map[string]replay.MissReason{"/incomplete": replay.MissIncomplete, "/sequence": replay.MissConsumed, "/never": replay.MissUnknown} {
				_, _, err := ask("GET", url, "", "")
				if miss, ok := errors.AsType[*replay.MissError](err); !ok || miss.Reason != reason {
					t.Errorf("%s: %v, want a miss that is %s", url, err, reason)
				}
			}
			if unused, err := tape.Unused(); err != nil || len(unused) != 0 {
				t.Errorf("%d unused, %v", len(unused), err)
			}
			closeTape(t, tape)
			before, _ := os.ReadFile(filepath.Join("testdata", name))
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("replaying changed the file: %v", err)
			}
		})
	}
}

func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// Both storages hold the same exchanges, apart from their times.
func TestOldTapesAgree(t *testing.T) {
	list := func(name string) (texts []string) {
		tape, _ := goldenTape(t, name)
		all, err := tape.Unused()
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			status := 0
			if x.Response != nil {
				status = x.Response.StatusCode
			}
			texts = append(texts, x.Key.Method+" "+x.Key.Path+" "+strconv.Itoa(status)+" "+string(x.Key.Sum[:]))
		}
		return texts
	}
	bolt, text := list("schema1.tape"), list("schema1.json")
	if len(bolt) != 15 || strings.Join(bolt, "\n") != strings.Join(text, "\n") {
		t.Errorf("%d and %d exchanges:\n%q\n%q", len(bolt), len(text), bolt, text)
	}
}
