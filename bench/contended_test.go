package main

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/layer"
)

// A slot that nobody waits for is not contended, so its figures would mean nothing.
func TestOfTheCallersOfOneSlotMostWait(t *testing.T) {
	var calls, waits atomic.Int64
	counting := func(settings, *built) gracy.Layer { return &waitCounter{&calls, &waits} }
	st := oneSlot(ours(counting, concurrencyLayer))(newStub(false), unlimited())
	var done sync.WaitGroup
	for range contenders {
		done.Go(func() {
			c := newCaller(st.rt, nil, func(ctx context.Context) context.Context { return ctx })
			for range 200 {
				if err := get(c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if n, of := waits.Load(), calls.Load(); of != 200*contenders || n < of/2 {
		t.Errorf("%d of %d calls waited, on %d processors", n, of, runtime.GOMAXPROCS(0))
	}
}

type waitCounter struct{ calls, waits *atomic.Int64 }

func (w *waitCounter) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("waits", w, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		w.calls.Add(1)
		if c.Attempt().Wait(layer.Queue) > 0 {
			w.waits.Add(1)
		}
		return resp, err
	})
}
