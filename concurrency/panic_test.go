package concurrency

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// panicky is an observer that panics once at each of its kinds.
type panicky struct {
	kind layer.Kind
	used bool
}

func (p *panicky) Wants() layer.Kind { return p.kind }
func (p *panicky) Observe(layer.Event) {
	if !p.used {
		p.used = true
		panic("an observer")
	}
}

// Waits are emitted while a slot is being acquired.
func TestAnObserverThatPanicsCostsNoSlot(t *testing.T) {
	for name, kind := range map[string]layer.Kind{
		"wait begins": layer.WaitBegin, "wait ends": layer.WaitEnd, "slot freed": layer.SlotFreed,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &panicky{kind: kind}
				l := New(Limit{Max: 1})
				rt := observing(p).Wrap(l.Wrap(&server{latency: time.Second}))
				call := func() (panicked bool) {
					defer func() { panicked = recover() != nil }()
					_ = get(t.Context(), rt, url)
					return false
				}
				done := make(chan bool, 2)
				for range 2 {
					go func() { done <- call() }()
					synctest.Wait()
				}
				if a, b := <-done, <-done; a == b {
					t.Errorf("panics %v and %v, want one", a, b)
				}
				empty(t, l)
				if call() {
					t.Error("the next one panics as well")
				}
				empty(t, l)
			})
		})
	}
}

func observing(o layer.Observer) *watcher { return &watcher{o} }

type watcher struct{ layer.Observer }

func (w *watcher) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("watcher", w, next, nil)
}
