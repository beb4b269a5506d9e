package replaytest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
)

// counting responds to /n with the number of the request.
// poll sends a request n times to a server of its own, and says what came.
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
		if len(files(t)) > 0 || !strings.Contains(f.text(), "is not kept") {
			t.Errorf("%s: there is %q: %s", name, files(t), f.text())
		}
	}
	if f := run("TestPoll", poll(t, 2, &got)); f.failed {
		t.Fatal(f.text())
	}
	before, _ := os.ReadFile(path)
	run("TestPoll", func(tb *fake) { poll(t, 1, &got)(tb); tb.Errorf("boom") })
	if after, _ := os.ReadFile(path); string(after) != string(before) || len(before) == 0 {
		t.Error("a test that failed changed its tape")
	}
	run("TestPoll", func(tb *fake) { replaytest.Client(tb) })
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("a test that sent nothing changed its tape")
	}
}

func TestAConfigThatMakesNoSenseFailsTheTest(t *testing.T) {
	record(t)
	for name, o := range map[string]replay.Options{"mode": {Mode: replay.ModeReplay}, "end": {End: replay.EndCycle}} {
		if f := run("TestX", func(tb *fake) { replaytest.Open(tb, replaytest.Config{Options: o}) }); !f.failed {
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
