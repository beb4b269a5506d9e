package replay_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestOffTouchesNoFile(t *testing.T) {
	tape := open(t, "/nonexistent/never/tape", replay.Options{Mode: replay.Off})
	rt := tape.Wrap(numbered())
	want(t, rt, api+"/a", 200, "1")
	want(t, rt, api+"/a", 200, "2")
	if _, ok := transport.Find[*replay.Tape](rt); !ok {
		t.Error("Find does not see an off tape")
	}
	closeTape(t, tape)
}

// A nil tape acts as one that is off, so it needs no chain of its own.
func TestANilTapeIsOff(t *testing.T) {
	var tape *replay.Tape
	rt := gracy.Around(numbered(), tape)
	want(t, rt, api+"/a", 200, "1")
	want(t, rt, api+"/a", 200, "2")
	if p := gracy.Explain(rt); len(p.Notes) != 1 || p.Notes[0] != "replay: off" {
		t.Errorf("notes %q", p.Notes)
	}
	found, ok := transport.Find[*replay.Tape](rt)
	if !ok || !found.IsOff() {
		t.Errorf("Find = %v, %v", found, ok)
	}
	tape.Rewind()
	_, errPrune := tape.Prune(time.Now())
	_, errUnused := tape.Unused()
	for _, err := range []error{tape.Reindex(), errPrune, errUnused, tape.Flush(t.Context()), tape.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
	if s := tape.Stats(); s != (replay.Stats{}) {
		t.Errorf("Stats = %+v", s)
	}
}

func TestUseAfterClose(t *testing.T) {
	path := t.TempDir() + "/t"
	tape := open(t, path, replay.Options{})
	rt := tape.Wrap(numbered())
	resp, err := rt.RoundTrip(request(t, "GET", api+"/late", ""))
	if err != nil {
		t.Fatal(err)
	}
	closeTape(t, tape)
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	want(t, rt, api+"/a", 200, "2") // passes the tape by
	if s := tape.Stats(); s.Failed != 1 || s.Recorded != 0 {
		t.Errorf("%+v, want the late one to count as failed", s)
	}
	if err := tape.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	tape = open(t, path, replay.Options{Mode: replay.ModeReplay})
	closeTape(t, tape)
	_, err = tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
	if !errors.Is(err, replay.ErrClosed) || !errors.Is(err, verdict.ErrRejected) {
		t.Errorf("replay after Close: %v", err)
	}
}

func TestReplayOfAMissingFileMakesNone(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		if _, err := replay.Open(path, replay.Options{Mode: replay.ModeReplay}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want fs.ErrNotExist", name, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file was made", name)
		}
	}
}

// A second writer waits, and then gets an error that names the file, so that no recording is lost
// silently. Readers of a text tape do not conflict with a writer.
func TestSecondWriterIsLockedOut(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{})
		want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
		if err := tape.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := replay.Open(path, replay.Options{}); !errors.Is(err, replay.ErrLocked) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: second writer: %v", name, err)
		} else if locked, ok := errors.AsType[*store.LockedError](err); !ok || !locked.Own || !strings.Contains(err.Error(), "by this process since") {
			t.Errorf("%s: %v does not say who has it", name, err)
		}
		if d := time.Since(start); d < time.Second/2 {
			t.Errorf("%s: gave up after %v", name, d)
		}
		if name == "tape.json" {
			for range 2 {
				want(t, openReplay(t, path).Wrap(noNetwork(t)), api+"/a", 200, "1")
			}
		}
		closeTape(t, tape)
		tape = open(t, path, replay.Options{})
		rt := tape.Wrap(numbered())
		want(t, rt, api+"/a", 200, "1")
		want(t, rt, api+"/b", 200, "1")
		closeTape(t, tape)
		for range 2 {
			rt := openReplay(t, path).Wrap(noNetwork(t))
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/b", 200, "1")
		}
	}
}
