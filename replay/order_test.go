package replay_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
)

func TestOrderedRepliesInTheOrderOfTheTape(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			rt := tape.Wrap(codes(200, 200, 503))
			for _, p := range []string{"/a", "/b", "/bad", "/a"} {
				resp, err := rt.RoundTrip(request(t, "GET", api+p, ""))
				if err != nil {
					t.Fatal(err)
				}
				readAll(t, resp)
			}
			closeTape(t, tape)

			rejected := func(path string, reason replay.MissReason, text string) {
				t.Helper()
				_, err := rt.RoundTrip(request(t, "GET", api+path, ""))
				miss, ok := errors.AsType[*replay.MissError](err)
				if !ok || miss.Reason != reason || !strings.Contains(strings.ReplaceAll(err.Error(), api, ""), text) {
					t.Errorf("%s: %v, want %s: %s", path, err, reason, text)
				}
			}
			// Another Match gives every exchange another key.
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Ordered: true, DiscardBad: true, Match: replay.Match{IgnoreQuery: []string{"t"}}})
			rt = tape.Wrap(noNetwork(t))
			rejected("/b", replay.MissOrder, `; the next one is GET /a, which differs in path: "/b", on tape "/a"`)
			want(t, rt, api+"/a?t=1", 200, "1")
			rejected("/a", replay.MissOrder, "; the next one is GET /b, which")
			want(t, rt, api+"/b", 200, "2")
			want(t, rt, api+"/a", 200, "4") // past the 503
			rejected("/a", replay.MissConsumed, "")
			tape.Rewind()
			want(t, rt, api+"/a", 200, "1")
			closeTape(t, tape)

			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Ordered: true, End: replay.EndCycle})
			rt = tape.Wrap(noNetwork(t))
			for range 3 {
				for _, p := range []string{"/a", "/b", "/bad", "/a"} {
					resp, err := rt.RoundTrip(request(t, "GET", api+p, ""))
					if err != nil {
						t.Fatal(err)
					}
					readAll(t, resp)
				}
			}
			closeTape(t, tape)
		})
	}
}

// A tape that is longer than the read-ahead, and an empty one.
func TestOrderedReadsTheWholeTape(t *testing.T) {
	for _, n := range []int{0, 1, 16, 17, 100} {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
		rt := tape.Wrap(codes())
		for range n {
			resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
			if err != nil {
				t.Fatal(err)
			}
			readAll(t, resp)
		}
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Ordered: true})
		rt = tape.Wrap(noNetwork(t))
		served := 0
		for range n + 1 {
			if resp, err := rt.RoundTrip(request(t, "GET", api+"/a", "")); err == nil {
				served++
				readAll(t, resp)
			}
		}
		if served != n {
			t.Errorf("%d of %d", served, n)
		}
		closeTape(t, tape)
	}
}

func TestOrderedSaysWhatIsTooOldAndWhatIsOver(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		synctest.Test(t, func(t *testing.T) {
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(numbered())
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/b", 200, "2")
			closeTape(t, tape)
			time.Sleep(2 * time.Hour)
			for _, e := range []replay.Expired{replay.ExpiredServed, replay.ExpiredFallback} {
				tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Ordered: true, MaxAge: time.Hour, Expired: e})
				rt = tape.Wrap(noNetwork(t))
				for _, p := range []string{"/a", "/b"} {
					resp, err := rt.RoundTrip(request(t, "GET", api+p, ""))
					if err != nil {
						t.Errorf("%s %d: %v", name, e, err)
						continue
					}
					readAll(t, resp)
				}
				_, err := rt.RoundTrip(request(t, "GET", api+"/b", ""))
				if err == nil || strings.Contains(err.Error(), "EndMiss") || !strings.Contains(err.Error(), "consumed") {
					t.Errorf("%s: %v", name, err)
				}
				closeTape(t, tape)
			}
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Ordered: true, MaxAge: time.Hour})
			_, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
			if m, ok := errors.AsType[*replay.MissError](err); !ok || m.Reason != replay.MissExpired || m.Recorded.IsZero() {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
