package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

func TestSmartRecordsThenReplays(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := numbered()
			tape := open(t, path, replay.Options{Reuse: true})
			rt := tape.Wrap(base)
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/a", 200, "1") // queued, not yet stored
			want(t, rt, api+"/b", 200, "2")
			if n := base.sent.Load(); n != 2 {
				t.Errorf("%d sent, want 2", n)
			}
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			want(t, rt, api+"/a", 200, "1")
			s := tape.Stats()
			if s.Recorded != 2 || s.Replayed != 2 || s.Missed != 2 || s.Pending != 0 {
				t.Errorf("%+v", s)
			}
			closeTape(t, tape)

			tape = open(t, path, replay.Options{Mode: replay.ModeReplay})
			rt = tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/b", 200, "2")
		})
	}
}

func TestModeOverrides(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := numbered()
			tape := open(t, path, replay.Options{Reuse: true})
			rt := tape.Wrap(base)
			with := func(m replay.Mode) *http.Request {
				req := request(t, "GET", api+"/a", "")
				return req.WithContext(transport.With(req.Context(), m))
			}
			want(t, rt, api+"/a", 200, "1")
			if _, b := send(t, rt, with(replay.Off)); b != "2" {
				t.Errorf("Off gave %q", b)
			}
			want(t, rt, api+"/a", 200, "1")
			if _, b := send(t, rt, with(replay.ModeRecord)); b != "3" {
				t.Errorf("ModeRecord gave %q", b)
			}
			if _, err := rt.RoundTrip(request(t, "GET", api+"/new", "").WithContext(transport.With(t.Context(), replay.ModeReplay))); !errors.Is(err, replay.ErrMiss) {
				t.Errorf("ModeReplay of an unknown request: %v", err)
			}
			closeTape(t, tape)

			// A tape opened for replay is never written: ModeRecord acts as Off.
			live := numbered()
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay})
			rt = tape.Wrap(live)
			req := request(t, "GET", api+"/other", "")
			if _, b := send(t, rt, req.WithContext(transport.With(req.Context(), replay.ModeRecord))); b != "1" {
				t.Errorf("got %q", b)
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestModeNames(t *testing.T) {
	for want, got := range map[string]string{
		"smart": replay.ModeSmart.String(), "record": replay.ModeRecord.String(), "replay": replay.ModeReplay.String(),
		"off": replay.Off.String(), "Mode(9)": replay.Mode(9).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
