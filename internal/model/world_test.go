package model_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// A world is the run of a plan: the stack, and what happens at its two ends.
type world struct {
	p     plan
	fault string // see faults
	start time.Time
	edge  edge
	wg    sync.WaitGroup // what the server and a hedge have begun

	stats    *metrics.Recorder
	limiters []*concurrency.Limiter
	throts   []*throttle.Limiter
	retries  []*retry.Retry
	slots    *concurrency.Limiter // an override of some calls
	closers  []func() error

	// mu guards the fields below, except fails.
	mu       sync.Mutex
	seq      int // orders what happens at one instant
	arrivals []*arrival
	edges    []*edgeCall
	bodies   []*sentBody
	ctxs     []*callCtx
	lines    []slog.Record
	fetches  int // of tokens
	late     int // requests that came after their call had returned
	trace    []string

	// failing guards fails. It is locked while mu is.
	failing sync.Mutex
	fails   []string
}

// tick returns the next number in the order of events. It is called with mu held.
func (w *world) tick() int { w.seq++; return w.seq }

// log adds a line to the trace. It is called with mu held.
func (w *world) log(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf("%10v  ", time.Since(w.start))+fmt.Sprintf(format, args...))
}

// fail records a promise that was broken.
func (w *world) fail(format string, args ...any) {
	w.failing.Lock()
	defer w.failing.Unlock()
	w.fails = append(w.fails, fmt.Sprintf(format, args...))
}

// run runs a plan in a bubble, with a fault if it is not "". The result has what is wrong.
func run(t *testing.T, p plan, fault string) (w *world) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w = &world{p: p, fault: fault, start: time.Now(), slots: concurrency.New(concurrency.Limit{Max: 1, Scope: transport.ScopeAll})}
		var layers []gracy.Layer
		for _, l := range p.layers {
			layers = append(layers, w.layer(l))
		}
		w.edge = edge{w, gracy.Around(server{w}, layers...)}
		w.spoil()
		calls := slices.Clone(p.calls)
		var wg sync.WaitGroup
		for i := range calls {
			c := calls[i]
			wg.Go(func() { w.call(&c) })
		}
		done := make(chan bool)
		go func() { wg.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(3 * time.Hour):
			w.fail("calls do not end")
			for _, c := range w.ctxs {
				c.cancel(context.Canceled)
			}
			<-done
		}
		time.Sleep(10 * time.Minute) // longer than any pause, drain or fetch
		synctest.Wait()
		w.check()
		for _, ec := range w.edges {
			w.log("ledger of %d.%d: %s", ec.spec.id, ec.hop, ec.trace)
		}
		for _, c := range w.ctxs {
			c.cancel(context.Canceled)
		}
		for _, f := range w.closers {
			_ = f()
		}
		w.wg.Wait()
	})
	return w
}
