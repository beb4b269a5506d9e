package replay

import (
	"context"
	"sync"
	"time"
)

// Limits of one commit, and of what may wait for one.
const (
	batchCount = 256
	batchBytes = 1 << 20
	linger     = 5 * time.Millisecond
	maxPending = 64 << 20
)

// queue stands between the callers and the store: what is added is found at
// once, and stored by one goroutine, many exchanges at a time. The goroutine
// runs while there is something to write, and ends by itself.
type queue struct {
	write func([]*pending) // stores a batch; called by one goroutine at a time

	mu      sync.Mutex
	waiting []*pending
	byKey   map[[32]byte][]*pending // waiting and being written
	bytes   int64
	added   uint64
	done    uint64
	running bool
	kick    chan struct{} // of size 1: do not linger
	changed chan struct{} // closed after each batch
}

// pending is an exchange on its way to the store.
type pending struct {
	Entry
	bytes int64
	clean func(*Exchange) (*Exchange, error)

	once    sync.Once
	cleaned *Exchange
	err     error
}

// ready returns the redacted exchange, or why there is none.
func (p *pending) ready() (*Exchange, error) {
	p.once.Do(func() { p.cleaned, p.err = p.clean(p.Exchange) })
	return p.cleaned, p.err
}

func newQueue(write func([]*pending)) *queue {
	return &queue{
		write: write, byKey: make(map[[32]byte][]*pending),
		kick: make(chan struct{}, 1), changed: make(chan struct{}),
	}
}

// add queues p. It blocks only while 64 MiB wait to be written.
func (q *queue) add(p *pending) {
	p.bytes = p.size()
	q.mu.Lock()
	for q.bytes > 0 && q.bytes+p.bytes > maxPending {
		changed := q.changed
		q.hurry()
		q.mu.Unlock()
		<-changed
		q.mu.Lock()
	}
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, p)
	q.byKey[p.Key.Sum] = append(q.byKey[p.Key.Sum], p)
	q.bytes += p.bytes
	q.added++
	if !q.running {
		select {
		case <-q.kick: // meant for the writer before
		default:
		}
		q.running = true
		go q.run()
	}
	if q.bytes >= batchBytes || len(q.waiting) >= batchCount {
		q.hurry()
	}
}

// hurry wakes a lingering writer; the caller holds mu.
func (q *queue) hurry() {
	select {
	case q.kick <- struct{}{}:
	default:
	}
}

func (q *queue) run() {
	for {
		t := time.NewTimer(linger)
		select {
		case <-t.C:
		case <-q.kick:
			t.Stop()
		}
		for batch := q.take(); batch != nil; batch = q.take() {
			q.write(batch)
			q.written(batch)
		}
		q.mu.Lock()
		if len(q.waiting) == 0 {
			q.running = false
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
	}
}

// take removes one batch from what waits; it stays to be found.
func (q *queue) take() []*pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	var bytes int64
	n := 0
	for n < len(q.waiting) && n < batchCount && (n == 0 || bytes < batchBytes) {
		bytes += q.waiting[n].bytes
		n++
	}
	if n == 0 {
		return nil
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return batch
}

func (q *queue) written(batch []*pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range batch {
		q.bytes -= p.bytes
		q.done++
		list := q.byKey[p.Key.Sum]
		for i := range list {
			if list[i] == p {
				// A copy: find may still walk the old one.
				list = append(append(make([]*pending, 0, len(list)-1), list[:i]...), list[i+1:]...)
				break
			}
		}
		if len(list) == 0 {
			delete(q.byKey, p.Key.Sum)
		} else {
			q.byKey[p.Key.Sum] = list
		}
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

// find returns what is queued for a key, and the ID below which the store's
// exchanges of that key are replaced.
func (q *queue) find(sum [32]byte) (list []*pending, replace ID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list = q.byKey[sum]
	for _, p := range list {
		replace = max(replace, p.Replace)
	}
	return list, replace
}

// pendingCount returns how many exchanges are not stored yet.
func (q *queue) pendingCount() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int(q.added - q.done) //nolint:gosec // bounded by maxPending
}

// flush waits until all that was added before is written.
func (q *queue) flush(ctx context.Context) error {
	q.mu.Lock()
	target := q.added
	for q.done < target {
		changed := q.changed
		q.hurry()
		q.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		q.mu.Lock()
	}
	q.mu.Unlock()
	return nil
}
