package fromgracy_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// What the page says about times, on a virtual clock.

// backoffs returns the waits of a call that fails in the end.
func backoffs(t *testing.T, p retry.Policy) (waits []time.Duration) {
	t.Helper()
	api := pokeAPI(503, 500, errReset, 503).behind(retry.New(p))
	ctx, trace := transport.WithTrace(t.Context())
	_, _ = getPokemon.Call(ctx, api, "abra")
	for a := range trace.Calls()[0].Attempts() {
		waits = append(waits, a.Wait(transport.Backoff))
	}
	return waits[1:]
}

func TestLiteralRetriesWaitAsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := time.Second
		for _, c := range []struct {
			policy retry.Policy
			want   []time.Duration
		}{
			{asThere, []time.Duration{2 * s, 6 * s, 18 * s}},
			{retry.Policy{Attempts: 4, Delay: 10 * s, Multiplier: 2, MaxDelay: time.Hour, Jitter: retry.NoJitter}, []time.Duration{10 * s, 20 * s, 40 * s}},
			{retry.Policy{Attempts: 4, Delay: s, Multiplier: 1, Jitter: retry.NoJitter, Delays: map[int]time.Duration{500: 7 * s}}, []time.Duration{s, 7 * s, s}},
		} {
			if got := backoffs(t, c.policy); !slices.Equal(got, c.want) {
				t.Errorf("%v waits %v, want %v", c.policy, got, c.want)
			}
		}
	})
}

func TestALimitOfTwoPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := pokeAPI().behind(throttle.New(throttle.Rule{URL: `.*`, Limit: 2, Margin: throttle.NoMargin}))
		start := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { _, _ = getPokemon.Call(t.Context(), api, "abra") })
		}
		all.Wait()
		if d := time.Since(start); d != 4*time.Second {
			t.Errorf("10 requests at 2 per second took %v, want 4s: five windows of which the last is open at once", d)
		}
	})
}

// The next call of a route that a 429 has paused waits as long as the page says.
func TestPausesLastAsThePageSays(t *testing.T) {
	add := func(asked time.Duration) time.Duration { return asked + 10*time.Second }
	fixed := func(time.Duration) time.Duration { return 30 * time.Second }
	for _, c := range []struct {
		header      string
		pause       throttle.Pause
		same, other time.Duration
	}{
		{"5", throttle.Pause{Scope: transport.ScopeRoute, Adjust: add}, 15 * time.Second, 0},
		{"5", throttle.Pause{DryRun: true}, 0, 0},
		{"5", throttle.Pause{Fixed: 30 * time.Second, Adjust: fixed}, 30 * time.Second, 0},
		{"", throttle.Pause{Fixed: 30 * time.Second, Adjust: fixed}, 30 * time.Second, 0},
		{"5", throttle.Pause{Max: throttle.NoPause}, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := pokeAPI(tooMany(c.header)).behind(throttle.NewLimiter(throttle.Config{Pause: c.pause}))
			took := func(endpoint *parse.Endpoint[string, Pokemon], name string) time.Duration {
				start := time.Now()
				_, _ = endpoint.Call(t.Context(), api, name)
				return time.Since(start)
			}
			took(getPokemon, "abra")
			if c.pause.Scope == transport.ScopeRoute {
				if d := took(berryByName, "cheri"); d != c.other {
					t.Errorf("%+v: another route waited %v, want %v", c.pause, d, c.other)
				}
			}
			if d := took(getPokemon, "abra").Round(time.Second); d != c.same {
				t.Errorf("%+v: the same route waited %v, want %v", c.pause, d, c.same)
			}
		})
	}
}
