package replaytest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

// A test that is killed while it records leaves its recording and the journal of that.
func TestAKilledRecordingIsNoPartOfTheNext(t *testing.T) {
	for _, path := range []string{"tape.json", "tape.db"} {
		t.Run(path, func(t *testing.T) {
			record(t)
			body, number := "as ever", 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				number++
				w.Header().Set("X-Request-Id", strconv.Itoa(number))
				_, _ = w.Write([]byte(body))
			}))
			defer srv.Close()
			test := func(during func()) *fake {
				return run("TestKilled", func(tb *fake) {
					tape := replaytest.Open(tb, replaytest.Config{Path: path})
					get(&http.Client{Transport: tape.Wrap(nil)}, srv.URL)
					during()
				})
			}
			if f := test(func() {}); f.failed {
				t.Fatal(f.text())
			}
			first, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var name string // of the file that is being recorded
			test(func() {
				for n := range contents(t) {
					if strings.Contains(n, "recording") && filepath.Ext(n) == filepath.Ext(path) {
						name = n
					}
				}
			})
			if err := os.WriteFile(name, first, 0o600); err != nil {
				t.Fatal(err)
			}
			tape, err := replay.Open(name, replay.Options{Mode: replay.ModeRecord, Host: func(string) string { return "127.0.0.1" }})
			if err != nil {
				t.Fatal(err)
			}
			body = "of the test that was killed"
			get(&http.Client{Transport: tape.Wrap(nil)}, srv.URL)
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			left := contents(t)
			_ = tape.Close()
			for name, b := range left {
				if err := os.WriteFile(name, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			body = "as ever"
			if f := test(func() {}); f.failed {
				t.Fatal(f.text())
			}
			if again, _ := os.ReadFile(path); filepath.Ext(path) == ".json" && string(again) != string(first) {
				t.Errorf("made again\n%s\nthe first is\n%s", again, first)
			}
			if list := contents(t); len(list) != 1 {
				t.Errorf("there are %d files, want the tape alone", len(list))
			}
			if err := os.WriteFile(path, append(first, '\n'), 0o600); err != nil { // edited, so the journal does not belong to it
				t.Fatal(err)
			}
			for name, b := range left {
				if name != path {
					_ = os.WriteFile(name, b, 0o600)
				}
			}
			run("TestKilled", func(tb *fake) {
				replaytest.Open(tb, replaytest.Config{Path: path})
				tb.Skip()
			})
			if list := contents(t); len(list) != 1 {
				t.Errorf("a recording that is not kept: there are %d files, want the tape alone", len(list))
			}
		})
	}
}

// contents returns the files in the current folder.
func contents(t *testing.T) map[string][]byte {
	t.Helper()
	list, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range list {
		if all[e.Name()], err = os.ReadFile(e.Name()); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// If two tests record into the same file at the same time, the second one fails, and the recording
// of the first is kept.
func TestATapeIsRecordedByOneTestAtATime(t *testing.T) {
	for _, path := range []string{"tape.json", "tape.db"} {
		t.Run(path, func(t *testing.T) {
			record(t)
			srv, _ := counting(t)
			test := func(tb *fake) *http.Client {
				c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path}).Wrap(nil)}
				get(c, srv.URL+"/n")
				return c
			}
			f := run("TestFirst", func(tb *fake) {
				test(tb)
				if second := run("TestSecond", func(tb *fake) { test(tb) }); !second.failed || !strings.Contains(second.text(), "locked") || !strings.Contains(second.text(), "Config.Path") {
					t.Errorf("the second: failed %v: %s", second.failed, second.text())
				}
			})
			if f.failed {
				t.Errorf("the first: %s", f.text())
			}
			t.Setenv("GRACY_TAPE", "replay")
			if f := run("TestFirst", func(tb *fake) {
				c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path}).Wrap(nil)}
				if got := get(c, srv.URL+"/n"); got != "1" {
					t.Errorf("replayed %q, want 1", got)
				}
			}); f.failed {
				t.Error(f.text())
			}
		})
	}
}

// Some cases of a table test may send nothing, because their request is rejected before.
func TestATestThatSendsNothingHasATape(t *testing.T) {
	for _, path := range []string{"", "tape.db"} {
		record(t)
		test := func(tb *fake) { replaytest.Open(tb, replaytest.Config{Path: path}) }
		for _, mode := range []string{"record", "replay", "record", "replay"} {
			t.Setenv("GRACY_TAPE", mode)
			if f := run("TestTable/empty", test); f.failed {
				t.Errorf("%q, %s: %s", path, mode, f.text())
			}
		}
		if f := run("TestTable/empty", func(tb *fake) {
			c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: path}).Wrap(nil)}
			get(c, "http://a.test/")
		}); !f.failed || !strings.Contains(f.text(), "not on tape") {
			t.Errorf("%q: a request more: failed %v: %s", path, f.failed, f.text())
		}
	}
}

// A wrong clock or a hand edit may have given a tape a day in the future. It is recorded anew like
// any other.
func TestATapeOfADayToComeIsRecordedAnew(t *testing.T) {
	record(t)
	const text = `{"tape": "gracy tape", "schema": 2, "recorded": "2199-01-01", "exchanges": [
		{"request": {"url": "http://127.0.0.1/n"}, "response": {"status": "200 OK", "text": "old"}},
		{"request": {"url": "http://127.0.0.1/gone"}, "response": {"status": "200 OK", "text": "old"}}]}`
	if err := os.WriteFile("tape.json", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"record", "replay"} {
		t.Setenv("GRACY_TAPE", mode)
		srv, _ := counting(t)
		f := run("TestToCome", func(tb *fake) {
			tape := replaytest.Open(tb, replaytest.Config{Path: "tape.json"})
			if got := get(&http.Client{Transport: tape.Wrap(nil)}, srv.URL+"/n"); got != "1" {
				t.Errorf("%s: %q, want 1", mode, got)
			}
			if day := tape.RecordedAt(); day.After(time.Now()) {
				t.Errorf("%s: recorded at %v", mode, day)
			}
		})
		if f.failed {
			t.Errorf("%s: %s", mode, f.text())
		}
	}
}
