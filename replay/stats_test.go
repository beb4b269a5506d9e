package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// Each call adds to the figures that describe it, and to no other.
func TestStatsCountEachOutcome(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "t.json"), replay.Options{Reuse: true, Discard: func(r *http.Response) bool { return r.StatusCode == 418 }})
	tape.LeaveRest()
	rt := tape.Wrap(codes(200, 418))
	want(t, rt, api+"/a", 200, "1") // missed, recorded
	want(t, rt, api+"/a", 200, "1") // replayed
	want(t, rt, api+"/b", 418, "2") // missed, skipped
	resp, err := rt.RoundTrip(request(t, "GET", api+"/c", ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // missed, recorded, incomplete
	closeTape(t, tape)
	if got, want := tape.Stats(), (replay.Stats{Recorded: 2, Replayed: 1, Missed: 3, Skipped: 1, Incomplete: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	off := open(t, "", replay.Options{Mode: replay.Off})
	want(t, off.Wrap(numbered()), api+"/a", 200, "1")
	if got := off.Stats(); got != (replay.Stats{}) {
		t.Errorf("off: %+v, want no figures", got)
	}
	closeTape(t, off)
	if err := off.Close(); errors.Is(err, replay.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
}
