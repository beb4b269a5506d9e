package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
)

func TestAgeAndDiscard(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			// The bubble is for its clock.
			synctest.Test(t, func(t *testing.T) {
				tape := open(t, path, replay.Options{})
				rt := tape.Wrap(codes(200, 500))
				want(t, rt, api+"/old", 200, "1")
				time.Sleep(48 * time.Hour) // a text tape records the day
				want(t, rt, api+"/bad", 500, "2")
				want(t, rt, api+"/new", 200, "3")
				closeTape(t, tape)

				reason := func(opts replay.Options, url string) string {
					t.Helper()
					opts.Mode = replay.ModeReplay
					tape := open(t, path, opts)
					defer closeTape(t, tape)
					resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", url, ""))
					if miss, ok := errors.AsType[*replay.MissError](err); ok {
						return string(miss.Reason)
					}
					if err != nil {
						return err.Error()
					}
					return resp.Status
				}
				for _, c := range []struct {
					name string
					opts replay.Options
					url  string
					want string
				}{
					{"no filter", replay.Options{}, "/old", "OK"},
					{"young enough", replay.Options{MaxAge: 72 * time.Hour}, "/old", "OK"},
					{"too old", replay.Options{MaxAge: 24 * time.Hour}, "/old", "expired"},
					{"new", replay.Options{MaxAge: 24 * time.Hour}, "/new", "OK"},
					{"since", replay.Options{Since: time.Now().Add(-time.Minute)}, "/old", "expired"},
					{"since, elsewhere", replay.Options{Since: time.Now().Add(-time.Minute).In(time.FixedZone("x", 9*3600))}, "/new", "OK"},
					{"bad", replay.Options{DiscardBad: true}, "/bad", "filtered"},
					{"bad allowed", replay.Options{}, "/bad", "Internal Server Error"},
					{"function", replay.Options{Discard: func(r *http.Response) bool { return r.StatusCode == 200 }}, "/new", "filtered"},
					{"unknown", replay.Options{MaxAge: 24 * time.Hour}, "/nothing", "unknown"},
				} {
					if got := reason(c.opts, api+c.url); got != c.want {
						t.Errorf("%s: %q, want %q", c.name, got, c.want)
					}
				}

				// In ModeSmart a request whose exchange is expired or filtered is sent.
				tape = open(t, path, replay.Options{Reuse: true, MaxAge: 24 * time.Hour, DiscardBad: true})
				rt = tape.Wrap(codes(201, 502, 202))
				want(t, rt, api+"/old", 201, "1")
				want(t, rt, api+"/bad", 502, "2") // not recorded
				want(t, rt, api+"/bad", 202, "3")
				want(t, rt, api+"/bad", 202, "3")
				want(t, rt, api+"/old", 201, "1")
				closeTape(t, tape)
				// And what was expired has been replaced.
				tape = open(t, path, replay.Options{Mode: replay.ModeReplay})
				want(t, tape.Wrap(noNetwork(t)), api+"/old", 201, "1")
				closeTape(t, tape)
			})
		})
	}
}
