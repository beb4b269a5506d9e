package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gracy-go/gracy/replay/store"
)

// writer is the only one that changes the store. What is added is found at once and stored soon
// after.
//
// Its two mutexes are never held at the same time. closeMu is locked before the mutex of the
// queue, storeMu before that of the reporter and the locks of the store.
type writer struct {
	store  store.IndexStore // nil for a tape that is off
	reads  reads            // of store; those of its find may have only the outcome
	queue  *queue
	errs   *reporter
	counts *counters

	// closeMu guards the queue against additions after closed was set. It is held for reading while
	// something is added, and for writing while closed is set.
	closeMu sync.RWMutex
	closed  atomic.Bool

	storeMu sync.Mutex // storeMu guards the right to change the store: Append, Delete, Reindex, Close
}

func newWriter(s store.IndexStore, errs *reporter, counts *counters) *writer {
	w := &writer{store: s, errs: errs, counts: counts}
	if s != nil {
		w.reads = readsOf(s)
	}
	w.queue = newQueue(w.write)
	return w
}

// add queues an exchange. It returns false if the tape was closed.
func (w *writer) add(p *pending) bool {
	w.closeMu.RLock()
	defer w.closeMu.RUnlock()
	if w.closed.Load() {
		w.counts.failed.Add(1)
		w.errs.report(fmt.Errorf("%w: %s was not recorded", ErrClosed, p.masker.named(p.Exchange)))
		return false
	}
	w.queue.add(p)
	return true
}

// write stores a batch. If the store rejects it, each exchange is stored alone, so that one does
// not make others fail, until one shows that the store cannot be reached. Parts are stored first,
// since they were added before their exchange.
func (w *writer) write(batch []*pending) {
	w.writeParts(batch)
	entries := make([]store.Entry, 0, len(batch))
	ready := make([]*pending, 0, len(batch))
	for _, p := range batch {
		if p.Exchange == nil {
			continue
		}
		if p.spill != nil && p.spill.failed.Load() { // this was reported
			w.counts.failed.Add(1)
			continue
		}
		x, err := p.ready()
		if err != nil {
			w.counts.withheld.Add(1)
			w.errs.report(err)
			w.takeBack(p)
			continue
		}
		entries = append(entries, store.Entry{Exchange: x, Replace: p.Replace})
		ready = append(ready, p)
	}
	if len(entries) == 0 {
		return
	}
	w.storeMu.Lock()
	defer w.storeMu.Unlock()
	err := w.store.Append(entries)
	if err == nil {
		w.counts.stored(ready...)
		return
	}
	if len(entries) == 1 {
		w.lostLocked(ready[0], err)
		return
	}
	err = nil
	for i := range entries {
		if !isUnreachable(err) {
			err = w.store.Append(entries[i : i+1])
		}
		if err != nil {
			w.lostLocked(ready[i], err)
			continue
		}
		w.counts.stored(ready[i])
	}
}

// isUnreachable reports whether a store has waited in vain, for its server or for a lock, and would
// wait as long again.
func isUnreachable(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrLocked)
}

// lostLocked counts an exchange that the store could not take. The caller has storeMu.
func (w *writer) lostLocked(p *pending, err error) {
	w.counts.failed.Add(1)
	w.errs.report(err)
	w.takeBackLocked(p)
}

// find returns the first exchange of a key above an ID. It looks at the queue first and then at the
// store: what leaves the queue in between is in the store by then.
func (w *writer) find(ctx context.Context, key store.Key, after store.ID) (*store.Exchange, error) {
	list, replace := w.queue.find(key.Sum)
	var best *store.Exchange
	for _, p := range list {
		if p.ID <= after || best != nil && best.ID < p.ID {
			continue
		}
		if x, err := p.ready(); err == nil {
			best = x
		}
	}
	if replace > 0 {
		after = max(after, replace-1)
	}
	x, err := w.reads.find(ctx, key, after)
	if err != nil {
		return nil, err
	}
	if x == nil || best != nil && best.ID < x.ID {
		return best, nil
	}
	return x, nil
}

// change runs fn, which changes the store, while nothing else does.
func (w *writer) change(fn func(store.IndexStore) error) error {
	w.storeMu.Lock()
	defer w.storeMu.Unlock()
	return fn(w.store)
}

// flush waits until everything that was added before is stored. It returns the first error since
// the last flush.
func (w *writer) flush(ctx context.Context) error {
	if err := w.queue.flush(ctx); err != nil {
		return err
	}
	return w.errs.take()
}

// stop makes every later add fail.
func (w *writer) stop() {
	w.closeMu.Lock()
	defer w.closeMu.Unlock()
	w.closed.Store(true)
}
