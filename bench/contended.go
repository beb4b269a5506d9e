package main

import (
	"net/http"
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/gracy-go/gracy"
)

// oneSlot returns a builder with one slot, over a base that lets the other callers run. Each of
// them finds the slot taken and waits until it is handed over.
func oneSlot(b builder) builder {
	return func(base http.RoundTripper, k settings) built {
		if k.slots > 1 { // not while a duty is checked
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

// callAndSemaphore is a layer that does nothing, which makes a Call, around x/sync/semaphore by
// hand.
func callAndSemaphore(base http.RoundTripper, k settings) built {
	var b built
	b.rt = gracy.Around(slotToBodyEnd(semaphore.NewWeighted(int64(k.slots)), base), noop(k, &b))
	return b
}
