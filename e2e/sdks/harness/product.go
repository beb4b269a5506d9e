package harness

import (
	"fmt"
	"testing"
)

// Product checks that the attempts of an SDK and those of the stack add up: a call of
// an SDK whose own retries are on, against faults without an end, is at most what the
// SDK sends and two more.
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
			return // as Alone sees
		}
		f := sdk.Trigger
		if f.Name == "" {
			f = Unavailable
		}
		const most = 40 // more than this is taken for endless, and ended
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
		if len(a.requests) >= most { // it is endless, so each request that it hands over counts
			goal = got.sends + ours - 1
			ends = fmt.Sprintf("no end, %d more", len(got.requests)-got.sends)
		}
		t.Logf("alone %d, over the stack %d in %d calls", len(a.requests), len(got.requests), got.sends)
		note(sdk, "product", ends)
		check(t, "product", sdk, f.Name, len(got.requests), len(got.requests) <= goal, fmt.Sprintf("at most their %d and %d", goal-ours+1, ours-1))
	})
}
