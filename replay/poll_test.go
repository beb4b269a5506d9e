package replay_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// job responds "pending" so many times, and then "done".
func job(pending int) *script {
	return &script{fn: func(n int, req *http.Request) (*http.Response, error) {
		if n <= pending {
			return respond(req, 200, "pending"), nil
		}
		return respond(req, 200, "done"), nil
	}}
}

// poll asks until the job is done, six times at most, and returns the responses.
func poll(t *testing.T, rt http.RoundTripper) (got []string) {
	t.Helper()
	for range 6 {
		_, body := get(t, rt, api+"/job")
		if got = append(got, body); body == "done" {
			return got
		}
	}
	return got
}

// In ModeSmart, a polling loop gets what the server says, and the tape replays all of it.
func TestSmartRecordsAPoll(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		whole := []string{"pending", "pending", "done"}
		tape := open(t, path, replay.Options{})
		base := job(2)
		if got := poll(t, tape.Wrap(base)); !slices.Equal(got, whole) {
			t.Errorf("%s: live %q", name, got)
		}
		if s := tape.Stats(); base.sent.Load() != 3 || s.Recorded+s.Pending != 3 || s.Replayed != 0 {
			t.Errorf("%s: %d sent, %+v", name, base.sent.Load(), s)
		}
		closeTape(t, tape)
		for _, mode := range []replay.Mode{replay.ModeReplay, replay.ModeSmart} {
			tape = open(t, path, replay.Options{Mode: mode})
			rt := tape.Wrap(noNetwork(t))
			if got := poll(t, rt); !slices.Equal(got, whole) {
				t.Errorf("%s, %v: %q", name, mode, got)
			}
			want(t, rt, api+"/job", 200, "done") // the last one repeats
			closeTape(t, tape)
		}

		// With Reuse, a tape responds with what it has just recorded, forever.
		tape = open(t, filepath.Join(t.TempDir(), name), replay.Options{Reuse: true})
		base = job(2)
		if got := poll(t, tape.Wrap(base)); len(got) != 6 || base.sent.Load() != 1 {
			t.Errorf("%s: Reuse: %q, %d sent", name, got, base.sent.Load())
		}
	}
}

// A sequence that ended early goes on: what is on the tape is replayed, and what follows is sent
// and appended.
func TestSmartGoesOnWithAPoll(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{End: replay.EndMiss})
		want(t, tape.Wrap(job(9)), api+"/job", 200, "pending")
		closeTape(t, tape)
		tape = open(t, path, replay.Options{End: replay.EndMiss})
		base := job(1)
		if got := poll(t, tape.Wrap(base)); len(got) != 3 || base.sent.Load() != 2 {
			t.Errorf("%s: %q, %d sent", name, got, base.sent.Load())
		}
		closeTape(t, tape)
		rt := openReplay(t, path).Wrap(noNetwork(t))
		if got := poll(t, rt); !slices.Equal(got, []string{"pending", "pending", "done"}) {
			t.Errorf("%s: replayed %q", name, got)
		}
	}
}

// After Rewind, ModeSmart responds with what was recorded before it, without Close.
func TestRewindEndsARecordedSequence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	tape := open(t, path, replay.Options{})
	poll(t, tape.Wrap(job(2)))
	tape.Rewind()
	rt := tape.Wrap(noNetwork(t))
	if got := poll(t, rt); !slices.Equal(got, []string{"pending", "pending", "done"}) {
		t.Errorf("got %q", got)
	}
	want(t, rt, api+"/job", 200, "done")
}
