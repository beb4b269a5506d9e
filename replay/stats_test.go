package replay_test

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// Each call adds to the figures that describe it, and to no others.
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
	_ = resp.Body.Close() // missed, recorded, cut
	broken := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.Body, resp.ContentLength = io.NopCloser(brokenReader{}), 8
		return resp, nil
	}}
	if resp, err = tape.Wrap(broken).RoundTrip(request(t, "GET", api+"/d", "")); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body) // missed, recorded, incomplete
	_ = resp.Body.Close()
	closeTape(t, tape)
	if got, want := tape.Stats(), (replay.Stats{Recorded: 3, Replayed: 1, Missed: 4, Skipped: 1, Cut: 1, Incomplete: 1}); got != want {
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
