package replay_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestExpiredSaysWhatBecomesOfOldRecordings(t *testing.T) {
	const miss = "miss"
	for _, c := range []struct {
		name    string
		expired replay.Expired
		mode    replay.Mode
		down    bool
		want    string // the body, miss, or "" for the error of the network
		stale   int64
	}{
		{"missing, smart", replay.ExpiredMissing, replay.ModeSmart, false, "new", 0},
		{"missing, smart, network gone", replay.ExpiredMissing, replay.ModeSmart, true, "", 0},
		{"missing, replay", replay.ExpiredMissing, replay.ModeReplay, false, miss, 0},
		{"served, smart", replay.ExpiredServed, replay.ModeSmart, false, "old", 1},
		{"served, replay", replay.ExpiredServed, replay.ModeReplay, false, "old", 1},
		{"fallback, smart", replay.ExpiredFallback, replay.ModeSmart, false, "new", 0},
		{"fallback, smart, network gone", replay.ExpiredFallback, replay.ModeSmart, true, "old", 1},
		{"fallback, replay", replay.ExpiredFallback, replay.ModeReplay, false, "old", 1},
		{"rejected, smart", replay.ExpiredRejected, replay.ModeSmart, false, miss, 0},
		{"rejected, replay", replay.ExpiredRejected, replay.ModeReplay, false, miss, 0},
	} {
		for _, name := range stores() {
			path := filepath.Join(t.TempDir(), name)
			synctest.Test(t, func(t *testing.T) {
				responds := func(body string) *script {
					return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
						if c.down && body == "new" {
							return nil, errors.New("network is unreachable")
						}
						return respond(req, 200, body), nil
					}}
				}
				tape := open(t, path, replay.Options{})
				want(t, tape.Wrap(responds("old")), api+"/a", 200, "old")
				closeTape(t, tape)
				time.Sleep(2 * time.Hour)

				tape = open(t, path, replay.Options{Mode: c.mode, MaxAge: time.Hour, Expired: c.expired})
				rt := tape.Wrap(responds("new"))
				switch c.want {
				case "old", "new":
					want(t, rt, api+"/a", 200, c.want)
				default:
					_, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
					var m *replay.MissError
					if errors.As(err, &m) != (c.want == miss) || m != nil && (m.Reason != replay.MissExpired || m.Recorded.IsZero()) || err == nil {
						t.Errorf("%s, %s: %v", c.name, name, err)
					}
				}
				if s := tape.Stats(); s.Stale != c.stale || s.Replayed != c.stale {
					t.Errorf("%s, %s: %+v", c.name, name, s)
				}
				if c.mode == replay.ModeSmart && !c.down && c.expired != replay.ExpiredRejected && c.expired != replay.ExpiredServed {
					tape.Rewind()
					want(t, rt, api+"/a", 200, "new") // it replaces the old one
				}
				if c.mode == replay.ModeSmart {
					want(t, tape.Wrap(responds("live")), api+"/other", 200, "live")
				}
				closeTape(t, tape)
			})
		}
	}
}

// An old response does not stand in if the caller canceled or an inner layer rejected the request.
func TestFallbackIsForTheNetworkAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.db")
	synctest.Test(t, func(t *testing.T) {
		tape := open(t, path, replay.Options{})
		want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
		closeTape(t, tape)
		time.Sleep(2 * time.Hour)
		tape = open(t, path, replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredFallback})
		ctx, cancel := context.WithCancel(t.Context())
		for _, base := range []*script{
			{fn: func(int, *http.Request) (*http.Response, error) { return nil, verdict.ErrRejected }},
			{fn: func(int, *http.Request) (*http.Response, error) { cancel(); return nil, ctx.Err() }},
		} {
			if _, err := tape.Wrap(base).RoundTrip(request(t, "GET", api+"/a", "").WithContext(ctx)); err == nil {
				t.Error("an old response")
			}
		}
		closeTape(t, tape)
	})
}

func TestExpiredFallbackKeepsTheRecordingThatItFallsBackTo(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		synctest.Test(t, func(t *testing.T) {
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
			time.Sleep(2 * time.Hour)
			down := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, errors.New("network is unreachable") }}
			for range 2 {
				tape = open(t, path, replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredFallback, Errors: true})
				for range 2 {
					resp, err := tape.Wrap(down).RoundTrip(request(t, "GET", api+"/a", ""))
					if err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					readAll(t, resp)
				}
				closeTape(t, tape)
			}
		})
	}
}

func TestExpiredLooksBehindARecordingThatIsOfNoUse(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		synctest.Test(t, func(t *testing.T) {
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
			time.Sleep(2 * time.Hour)
			opts := replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredFallback}
			tape = open(t, path, opts)
			resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				return respond(req, 200, strings.Repeat("x", 1<<20)), nil
			}}).RoundTrip(request(t, "GET", api+"/a", ""))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close() // incomplete
			closeTape(t, tape)
			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			want(t, tape.Wrap(noNetwork(t)), api+"/a", 200, "1")
			closeTape(t, tape)
		})
	}
}

func TestExpiredHasANameForEach(t *testing.T) {
	for want, e := range map[string]replay.Expired{
		"missing": replay.ExpiredMissing, "served": replay.ExpiredServed, "fallback": replay.ExpiredFallback, "rejected": replay.ExpiredRejected, "Expired(9)": 9,
	} {
		if got := e.String(); got != want {
			t.Errorf("%d: %q, want %q", uint8(e), got, want)
		}
	}
}
