package replaytest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

// A test is recorded once, and then runs without its server.
func TestATestIsRecordedOnceAndThenRunsOffline(t *testing.T) {
	record(t)
	var got []string
	if f := run("TestPoll", poll(t, 3, &got)); f.failed || !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Fatalf("recorded %q: %s", got, f.text())
	}
	if list := files(t); !slices.Equal(list, []string{filepath.Join("testdata", "TestPoll.json")}) {
		t.Fatalf("files %q, want the tape alone", list)
	}
	t.Setenv("GRACY_TAPE", "")
	for range 2 {
		var replayed []string
		srv, sent := counting(t)
		f := run("TestPoll", func(tb *fake) {
			c := replaytest.Client(tb)
			for range 3 {
				replayed = append(replayed, get(c, srv.URL+"/n"))
			}
		})
		if f.failed || !slices.Equal(replayed, got) || sent.Load() != 0 {
			t.Errorf("replayed %q, %d sent, want %q, 0: %s", replayed, sent.Load(), got, f.text())
		}
	}
}

func TestARecordingIsKeptOnlyIfTheTestPassed(t *testing.T) {
	record(t)
	path := filepath.Join("testdata", "TestPoll.json")
	var got []string
	for name, end := range map[string]func(*fake){
		"failed":  func(tb *fake) { tb.Errorf("boom") },
		"fatal":   func(tb *fake) { tb.Fatal("boom") },
		"skipped": func(tb *fake) { tb.Skip() },
	} {
		f := run("TestPoll", func(tb *fake) { poll(t, 1, &got)(tb); end(tb) })
		if len(files(t)) > 0 || !strings.HasSuffix(f.text(), "is discarded, because the test has not passed: there is still no "+path) {
			t.Errorf("%s: there is %q: %s", name, files(t), f.text())
		}
	}
	if f := run("TestPoll", poll(t, 2, &got)); f.failed {
		t.Fatal(f.text())
	}
	before, _ := os.ReadFile(path)
	f := run("TestPoll", func(tb *fake) { poll(t, 1, &got)(tb); tb.Errorf("boom") })
	if after, _ := os.ReadFile(path); string(after) != string(before) || len(before) == 0 || !strings.HasSuffix(f.text(), path+" is unchanged") {
		t.Errorf("a test that failed changed its tape: %s", f.text())
	}
	run("TestPoll", func(tb *fake) { replaytest.Client(tb) })
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("a test that sent nothing changed its tape")
	}
}

// A tape that is recorded again changes only where something else was sent or came back, even if
// the server dates and numbers its responses.
func TestARecordingMadeAgainIsTheSameFile(t *testing.T) {
	record(t)
	path := filepath.Join("testdata", "TestAgain.json")
	number := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number++
		w.Header().Set("Date", time.Unix(int64(number)*1000, 0).UTC().Format(http.TimeFormat))
		w.Header().Set("X-Request-Id", strconv.Itoa(number))
		_, _ = w.Write([]byte(`{"path":"` + r.URL.Path + `"}`))
	}))
	defer srv.Close()
	again := func(paths ...string) string {
		f := run("TestAgain", func(tb *fake) {
			c := replaytest.Client(tb)
			for _, p := range paths {
				get(c, srv.URL+p)
			}
		})
		b, err := os.ReadFile(path)
		if f.failed || err != nil {
			t.Fatalf("%v, %s", err, f.text())
		}
		return string(b)
	}
	first := again("/a", "/b", "/c")
	if got := again("/c", "/b", "/a"); got != first || strings.Count(got, `"X-Request-Id"`) != 3 {
		t.Errorf("made again\n%s\nthe first is\n%s", got, first)
	}
	if got := again("/a", "/d", "/c"); strings.Contains(got, "/b") || !strings.Contains(got, "/d") || strings.Count(got, `"url"`) != 3 {
		t.Errorf("one is asked for no more, and one is new:\n%s", got)
	}
	if err := os.WriteFile(path, []byte("<<<<<<< ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := again("/a"); strings.Count(got, `"url"`) != 1 {
		t.Errorf("in the place of a file that is no tape:\n%s", got)
	}
	if list := files(t); len(list) != 1 {
		t.Errorf("files %q, want the tape alone", list)
	}
}

// What a person changes in a tape is replayed: a longer body with its length, and another URL.
func TestATapeMayBeEdited(t *testing.T) {
	record(t)
	path := filepath.Join("testdata", "TestEdited.json")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"name":"pikachu","price":1.50}`))
	}))
	defer srv.Close()
	if f := run("TestEdited", func(tb *fake) { get(replaytest.Client(tb), srv.URL+"/old") }); f.failed {
		t.Fatal(f.text())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer("/old", "/new", "pikachu", "pikachu the longer").Replace(string(b))
	if err := os.WriteFile(path, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GRACY_TAPE", "replay")
	const want = `{"name":"pikachu the longer","price":1.50}`
	f := run("TestEdited", func(tb *fake) {
		resp, err := replaytest.Client(tb).Get(srv.URL + "/new")
		if err != nil {
			tb.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if string(body) != want || err != nil || resp.ContentLength != int64(len(want)) || resp.Header.Get("Content-Length") != strconv.Itoa(len(want)) {
			t.Errorf("%s of %d, %v, %v", body, resp.ContentLength, resp.Header, err)
		}
	})
	if f.failed {
		t.Error(f.text())
	}
	if f := run("TestEdited", func(tb *fake) { get(replaytest.Client(tb), srv.URL+"/old") }); !f.failed {
		t.Error("the old URL is replayed still")
	}
	if err := os.WriteFile(path, []byte(strings.Replace(edited, `"status": "200 OK"`, `"status": "fine"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(edited, `"status"`)
	line := 1 + strings.Count(before, "\n")
	if f := run("TestEdited", func(tb *fake) { replaytest.Client(tb) }); !strings.Contains(f.text(), path+": line "+strconv.Itoa(line)+": ") {
		t.Errorf("a mistake: %s, want line %d", f.text(), line)
	}
}

func TestAConfigThatMakesNoSenseFailsTheTest(t *testing.T) {
	record(t)
	for name, c := range map[string]replaytest.Config{
		"mode":        {Options: replay.Options{Mode: replay.ModeReplay}},
		"end":         {Options: replay.Options{End: replay.EndCycle}},
		"hosts twice": {Hosts: map[string]string{"127.0.0.1:1": "api.test"}, Options: replay.Options{Host: strings.ToLower}},
	} {
		if f := run("TestX", func(tb *fake) { replaytest.Open(tb, c) }); !f.failed {
			t.Errorf("%s: passed", name)
		}
	}
	t.Setenv("GRACY_TAPE", "on")
	if f := run("TestX", func(tb *fake) { replaytest.Client(tb) }); !f.failed || !strings.Contains(f.text(), `GRACY_TAPE is "on", want record, replay or off`) {
		t.Errorf("a mode that is none: failed %v: %s", f.failed, f.text())
	}
}

func TestParallelSubtestsMayShareATape(t *testing.T) {
	record(t)
	for _, mode := range []string{"record", "replay"} {
		t.Setenv("GRACY_TAPE", mode)
		f := run("TestParallel", func(tb *fake) {
			srv, _ := counting(t)
			c := replaytest.Client(tb)
			done := make(chan string)
			for i := range 8 {
				go func() { done <- get(c, srv.URL+"/"+strconv.Itoa(i)) }()
			}
			for range 8 {
				<-done
			}
		})
		if f.failed {
			t.Errorf("%s: %s", mode, f.text())
		}
	}
}

// Code that asks for what is new since today asks for the same when it is replayed.
func TestTheDayOfTheRecordingIsThatOfItsReplays(t *testing.T) {
	for _, path := range []string{"tape.json", "tape.db"} {
		synctest.Test(t, func(t *testing.T) {
			t.Chdir(t.TempDir())
			days := map[string]bool{}
			test := func(mode string) {
				t.Setenv("GRACY_TAPE", mode)
				f := run("TestDay", func(tb *fake) {
					tape := replaytest.Open(tb, replaytest.Config{Path: path})
					day := tape.RecordedAt()
					if day.Location() != time.UTC || !day.Equal(day.Truncate(24*time.Hour)) {
						t.Errorf("%s: %v is not the beginning of a day in UTC", mode, day)
					}
					days[day.Format(time.DateOnly)] = true
					get(&http.Client{Transport: tape.Wrap(rttest.Respond(200, "x"))}, "https://a.test/rates?since="+day.Format(time.DateOnly))
				})
				if f.failed {
					t.Errorf("%s %s: %s", path, mode, f.text())
				}
			}
			time.Sleep(23*time.Hour + 59*time.Minute)
			today := time.Now().UTC().Format(time.DateOnly)
			test("record")
			time.Sleep(30 * 24 * time.Hour)
			test("replay")
			if len(days) != 1 || !days[today] {
				t.Errorf("%s: the days are %v, want %s", path, days, today)
			}
			test("off")
			if now := time.Now().UTC().Format(time.DateOnly); !days[now] || len(days) != 2 {
				t.Errorf("%s: the days are %v, want %s and %s", path, days, today, now)
			}
		})
	}
}

func TestATapeOfATestIsVerified(t *testing.T) {
	record(t)
	path := filepath.Join("testdata", "TestPoll.json")
	server := "1"
	base := rttest.Func(func(req *http.Request) (*http.Response, error) { return rttest.Response(req, 200, server), nil })
	f := run("TestPoll", func(tb *fake) {
		get(&http.Client{Transport: replaytest.Open(tb, replaytest.Config{}).Wrap(base)}, "https://a.test/n")
	})
	if f.failed {
		t.Fatal(f.text())
	}
	t.Setenv("GRACY_TAPE", "replay")
	for body, want := range map[string]string{"1": "GET https://a.test/n: as recorded", "2": `GET https://a.test/n: body: "2", on tape "1"`} {
		server = body
		var got []string
		f := run("TestDrift", func(tb *fake) {
			tape := replaytest.Open(tb, replaytest.Config{Path: path, AnyCount: true})
			for drift, err := range tape.Verify(t.Context(), base, replay.VerifyOptions{}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, drift.String())
			}
		})
		if f.failed || len(got) != 1 || got[0] != want {
			t.Errorf("failed %v, drifts %q, want %q: %s", f.failed, got, want, f.text())
		}
	}
}

// Names that differ only in case are those of one file on most Windows and macOS machines.
func TestNamesThatDifferOnlyInCase(t *testing.T) {
	record(t)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	open := func(name string) *fake {
		return run(name, func(tb *fake) {
			get(&http.Client{Transport: replaytest.Open(tb, replaytest.Config{}).Wrap(nil)}, srv.URL)
		})
	}
	for _, name := range []string{"TestCase/a", "TestCase/b", "TestCase/a"} {
		if f := open(name); f.failed {
			t.Errorf("%s: %s", name, f.text())
		}
	}
	for name, twin := range map[string]string{"TestCase/A": "testdata/TestCase/a.json", "Testcase/a": "testdata/TestCase", "Testcase/c": "testdata/TestCase"} {
		if f := open(name); !f.failed || !strings.Contains(f.text(), "beside "+filepath.FromSlash(twin)+":") {
			t.Errorf("%s: failed %v: %s", name, f.failed, f.text())
		}
	}
}
