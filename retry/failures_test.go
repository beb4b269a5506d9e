package retry_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/retry"
)

// get makes one call and returns how often it was sent.
func get(tb testing.TB, ctx context.Context, rt http.RoundTripper, base *script, edit func(*http.Request)) int {
	tb.Helper()
	before := len(base.sent)
	req := request(tb, ctx, http.MethodGet, nil)
	if edit != nil {
		edit(req)
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		finish(resp)
	}
	return len(base.sent) - before
}

func to(path string) func(*http.Request) { return func(req *http.Request) { req.URL.Path = path } }

// However many requests fail, a bounded number is remembered, and the oldest are
// forgotten first.
func TestFailuresAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		r := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()})
		rt := r.Wrap(base)
		for i := range 5000 {
			ctx, cancel := context.WithCancel(t.Context())
			get(t, ctx, rt, base, to(fmt.Sprint("/", i)))
			cancel()
			if full, evidence := r.Failures(); full > 1024 || evidence > 2048 {
				t.Fatalf("%d failures, %d pieces of evidence", full, evidence)
			}
		}
		if n := get(t, t.Context(), rt, base, to("/4999")); n != 1 {
			t.Errorf("the latest was sent %d times", n)
		}
		if n := get(t, t.Context(), rt, base, to("/4500")); n != 1 {
			t.Errorf("the 500th before it was sent %d times", n)
		}
		if n := get(t, t.Context(), rt, base, to("/1")); n != 3 {
			t.Errorf("the oldest was sent %d times", n)
		}
	})
}

// A failure is remembered for 90 s plus the wait that the server asks for, but at most an hour of
// that. Then it no longer matters to calls.
func TestFailuresAreForgotten(t *testing.T) {
	for _, c := range []struct {
		hint  string
		until time.Duration
	}{
		{"", 90 * time.Second},
		{"120", 210 * time.Second},
		{"999999", time.Hour + 90*time.Second},
	} {
		for _, late := range []time.Duration{0, time.Nanosecond} {
			synctest.Test(t, func(t *testing.T) {
				fails := status(503)
				if c.hint != "" {
					fails = status(503, "Retry-After", c.hint)
				}
				base := &script{steps: []step{fails}}
				r := retry.New(retry.Policy{Delay: retry.NoDelay})
				rt := r.Wrap(base)
				get(t, t.Context(), rt, base, nil)
				time.Sleep(c.until + late)
				base.steps = []step{status(503)}
				if n := get(t, t.Context(), rt, base, nil); n != map[bool]int{true: 3, false: 1}[late > 0] {
					t.Errorf("hint %q: %v after it sent %d times", c.hint, c.until+late, n)
				}
				time.Sleep(2 * time.Hour)
				base.steps = []step{status(200)}
				get(t, t.Context(), rt, base, to("/other"))
				if r.Live() {
					t.Error("an old failure is still looked for")
				}
			})
		}
	}
}

// Each failure has its own time.
func TestALaterFailureKeepsNoOtherAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		rt := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}).Wrap(base)
		get(t, t.Context(), rt, base, nil)
		time.Sleep(time.Minute)
		get(t, t.Context(), rt, base, to("/other"))
		time.Sleep(31 * time.Second)
		if first, other := get(t, t.Context(), rt, base, nil), get(t, t.Context(), rt, base, to("/other")); first != 3 || other != 1 {
			t.Errorf("sent %d and %d times", first, other)
		}
	})
}

// The first success of an equal request ends it, whatever context it is made in.
func TestASuccessEndsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		r := retry.New(retry.Policy{Delay: retry.NoDelay})
		rt := r.Wrap(base)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		get(t, ctx, rt, base, nil)
		base.steps = []step{status(200)}
		get(t, t.Context(), rt, base, to("/other"))
		if !r.Live() {
			t.Error("the success of another request ended it")
		}
		get(t, t.Context(), rt, base, nil)
		if full, evidence := r.Failures(); full != 0 || evidence != 0 || r.Live() {
			t.Errorf("%d failures, %d pieces of evidence after a success", full, evidence)
		}
		base.steps = []step{status(503)}
		if n := get(t, ctx, rt, base, nil); n != 3 {
			t.Errorf("sent %d times after a success", n)
		}
	})
}
