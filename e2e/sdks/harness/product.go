package harness

import (
	"fmt"
	"testing"
)

// Product checks that the attempts of an SDK and those of the stack add up. Against faults without
// an end, a call over the stack with the SDK's own retries on makes at most two requests more than
// the SDK alone.
func Product(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		if sdk.NoOwn {
			note(sdk, "product", "-")
			return
		}
		if sdk.Throws {
			note(sdk, "product", "the layers see nothing")
			return // Alone records this
		}
		f := sdk.Trigger
		if f.Name == "" {
			f = Unavailable
		}
		const most = 40 // a call with as many requests is taken for endless, and is ended
		alone := start(t, sdk, config{own: true, bare: true})
		over := start(t, sdk, config{own: true})
		theirs := make(chan outcome, 1)
		go func() { theirs <- alone.do(t, f, true, most, alone.Read) }()
		got := over.do(t, f, true, most, over.Read)
		a := <-theirs
		if len(a.requests) < 2 {
			t.Errorf("%d requests alone: the fault is no trigger, so this shows nothing", len(a.requests))
		}
		goal := len(a.requests) + ours - 1
		ends := fmt.Sprintf("%d for %d", len(got.requests), len(a.requests))
		if len(a.requests) >= most { // the call is endless, so each request that the SDK hands over counts
			goal = got.sends + ours - 1
			ends = fmt.Sprintf("no end, %d more", len(got.requests)-got.sends)
		}
		t.Logf("alone %d, over the stack %d in %d calls", len(a.requests), len(got.requests), got.sends)
		note(sdk, "product", ends)
		check(t, "product", sdk, f.Name, len(got.requests), len(got.requests) <= goal, fmt.Sprintf("at most their %d and %d", goal-ours+1, ours-1))
	})
}
