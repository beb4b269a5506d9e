package main

import (
	"net/http"
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/gracy-go/gracy"
)

// oneSlot returns a builder with one slot, over a base that lets the other callers run: each
// of them finds the slot taken, waits for it, and is handed it.
func oneSlot(b builder) builder {
	return func(base http.RoundTripper, k settings) built {
		if k.slots > 1 { // not in the check of a duty
			k.slots = 1
			inner := base
			base = roundTrip(func(req *http.Request) (*http.Response, error) {
				runtime.Gosched()
				return inner.RoundTrip(req)
			})
		}
		return b(base, k)
	}
}

// callAndSemaphore is a layer that does nothing, for its Call, around x/sync/semaphore by hand.
func callAndSemaphore(base http.RoundTripper, k settings) built {
	var b built
	b.rt = gracy.Around(slotToBodyEnd(semaphore.NewWeighted(int64(k.slots)), base), noop(k, &b))
	return b
}
