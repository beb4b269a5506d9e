package throttle

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
)

// A response of a server that was overloaded when the tape was recorded says nothing about its
// current state, wherever the tape is.
func TestATapedResponsePausesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	read := func(t *testing.T, rt http.RoundTripper, path string) (*http.Response, error) {
		t.Helper()
		resp, err := rt.RoundTrip(request(t.Context(), path))
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, resp.Body) // what is not read is not recorded
		return resp, errors.Join(err, resp.Body.Close())
	}
	open := func(t *testing.T, mode replay.Mode) *replay.Tape {
		t.Helper()
		tape, err := replay.Open(path, replay.Options{Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		return tape
	}
	orders := map[string]func(*Limiter, *replay.Tape, http.RoundTripper) http.RoundTripper{
		"tape outside": func(l *Limiter, tape *replay.Tape, base http.RoundTripper) http.RoundTripper {
			return tape.Wrap(l.Wrap(base))
		},
		"tape inside": func(l *Limiter, tape *replay.Tape, base http.RoundTripper) http.RoundTripper {
			return l.Wrap(tape.Wrap(base))
		},
	}
	base := &server{respond: func(req *http.Request) (*http.Response, error) {
		return reply(req, 429, "Retry-After", "30"), nil
	}}
	for name, wrap := range orders {
		synctest.Test(t, func(t *testing.T) { // the control: it was not from a tape then
			tape := open(t, replay.ModeRecord)
			l := New()
			if resp, err := read(t, wrap(l, tape, base), "/"); err != nil || resp.StatusCode != 429 {
				t.Errorf("%s: recorded %v, %v", name, resp, err)
			}
			if d := l.Paused(request(t.Context(), "/")); d != 30*time.Second {
				t.Errorf("%s: while it was recorded, paused for %v", name, d)
			}
			if err := tape.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	sent := len(base.sends)
	for name, wrap := range orders {
		for mode, rules := range map[Mode][]Rule{Window: nil, UntilResponse: {{Limit: 9, Mode: UntilResponse}}} {
			synctest.Test(t, func(t *testing.T) {
				tape := open(t, replay.ModeReplay)
				e := &observer{kinds: layer.Paused | layer.WaitBegin}
				l := NewLimiter(Config{Rules: rules, Pause: Pause{Fixed: time.Minute}})
				rt := e.Wrap(wrap(l, tape, base))
				if d := took(func() {
					for range 3 {
						resp, err := read(t, rt, "/")
						if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "30" || !layer.AttemptOf(resp).Replayed() {
							t.Errorf("%s, %s: replayed %v, %v", name, mode, resp, err)
						}
					}
				}); d != 0 {
					t.Errorf("%s, %s: waited %v", name, mode, d)
				}
				if d := l.Paused(request(context.Background(), "/")); d != 0 || len(e.observed) != 0 {
					t.Errorf("%s, %s: paused for %v, %d events", name, mode, d, len(e.observed))
				}
				if err := tape.Close(); err != nil {
					t.Fatal(err)
				}
				quiet(t, l)
			})
		}
	}
	if n := len(base.sends); n != sent {
		t.Errorf("%d were sent for a replay", n-sent)
	}
}

// A request that was not sent, since a recording responded, takes no quota.
func TestAReplayedResponseTakesNoQuota(t *testing.T) {
	tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{Reuse: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	read := func(ctx context.Context, rt http.RoundTripper) error {
		resp, err := rt.RoundTrip(request(ctx, "/"))
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.Body.Close()
	}
	s := &server{}
	if err := read(t.Context(), tape.Wrap(s)); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []Mode{Window, UntilResponse, Paced} {
		l := New(Rule{Limit: 1, Per: time.Hour, Mode: mode, MaxQueue: NoQueue})
		rt := l.Wrap(tape.Wrap(s))
		for range 3 {
			if err := read(t.Context(), rt); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
		if len(s.sends) != 1 {
			t.Errorf("%d sent", len(s.sends))
		}
	}
}

// A replayed response says what its request cost when it was recorded. That counts nothing now, and
// is no debt for requests that are sent.
func TestTheUsageOfAReplayedResponseTakesNoQuota(t *testing.T) {
	taped := &testLayer{"tape", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.URL.Path != "/80" {
			return next.RoundTrip(req)
		}
		c.Attempt().SetReplayed(0)
		return reply(req, 200), nil
	}}
	for name, wrap := range map[string]func(*Limiter) http.RoundTripper{
		"alone":  func(l *Limiter) http.RoundTripper { return l.Wrap(taped.Wrap(&server{})) },
		"around": func(l *Limiter) http.RoundTripper { return l.Wrap(taped.Wrap(New().Wrap(&server{}))) },
	} {
		for actual, mode := range map[int]Mode{500: Window, 500_000: UntilResponse, 1: Paced} {
			synctest.Test(t, func(t *testing.T) {
				l := New(tokens(mode))
				rt := wrap(l)
				ctx, usage := WithUsage(t.Context())
				if _, err := get(ctx, rt, "/80"); err != nil {
					t.Fatal(err)
				}
				if usage.Report(actual) {
					t.Errorf("%s, %s: reported, and nothing was sent", name, mode)
				}
				if d := took(func() { flood(t, rt, "/100", 1) }); d != 0 {
					t.Errorf("%s, %s: the next waited %s", name, mode, d)
				}
			})
		}
	}
}
