package replaytest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

// A tape written by hand may contain the address that a server had, with its port.
func TestTheHostsOfATapeWrittenByHandHaveTheirNamesToo(t *testing.T) {
	record(t)
	t.Setenv("GRACY_TAPE", "replay")
	const path = "hand.json"
	tape := func(url string) {
		t.Helper()
		text := `{"tape": "gracy tape", "schema": 2, "exchanges": [{"request": {"url": "` + url + `"}, "response": {"status": "200 OK", "text": "by hand"}}]}`
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		taped, asked string
		hosts        map[string]string
		ordered      bool
		want         bool
	}{
		"another port":       {"http://127.0.0.1:8080/a%20b?q=1", "http://127.0.0.1:9999/a%20b?q=1", nil, false, true},
		"no port":            {"http://127.0.0.1/a", "http://127.0.0.1:9999/a", nil, false, true},
		"in order":           {"http://127.0.0.1:8080/a", "http://127.0.0.1:9999/a", nil, true, true},
		"a name":             {"http://127.0.0.1:8080/a", "http://127.0.0.1:9999/a", map[string]string{"127.0.0.1:8080": "api.test", "127.0.0.1:9999": "api.test"}, false, true},
		"another name":       {"http://127.0.0.1:8080/a", "http://127.0.0.1:9999/a", map[string]string{"127.0.0.1:8080": "one.test", "127.0.0.1:9999": "two.test"}, false, false},
		"a host of its own":  {"http://a.test:8080/a", "http://a.test:8080/a", nil, false, true},
		"a port that counts": {"http://a.test:8080/a", "http://a.test:9999/a", nil, false, false},
		"another address":    {"http://127.0.0.1:8080/a", "http://127.0.0.2:8080/a", nil, false, false},
	} {
		tape(tc.taped)
		f := run("TestHand", func(tb *fake) {
			c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path, Hosts: tc.hosts, Options: replay.Options{Ordered: tc.ordered}}).Wrap(nil)}
			if got := get(c, tc.asked); (got == "by hand") != tc.want {
				t.Errorf("%s: %q, found want %v", name, got, tc.want)
			}
		})
		if f.failed == tc.want {
			t.Errorf("%s: failed %v: %s", name, f.failed, f.text())
		}
	}
	if list, _ := filepath.Glob("*"); len(list) != 1 {
		t.Errorf("files %q, want the tape alone", list)
	}
}

// A server that links to itself by its full address has another address in the replay.
func TestARedirectOfAServerWithANameIsReplayed(t *testing.T) {
	for _, path := range []string{"tape.json", "tape.db"} {
		record(t)
		for _, mode := range []string{"record", "replay", "replay"} {
			t.Setenv("GRACY_TAPE", mode)
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/old" {
					http.Redirect(w, r, "http://"+r.Host+"/new", http.StatusFound)
					return
				}
				_, _ = w.Write([]byte(r.URL.Path))
			}))
			f := run("TestRedirect", func(tb *fake) {
				c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path, Hosts: map[string]string{srv.URL: "api.test"}}).Wrap(nil)}
				if got := get(c, srv.URL+"/old"); got != "/new" {
					t.Errorf("%s, %s: %q, want /new", path, mode, got)
				}
			})
			srv.Close()
			if f.failed {
				t.Errorf("%s, %s: %s", path, mode, f.text())
			}
		}
	}
}
