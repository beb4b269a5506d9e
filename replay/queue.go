package replay

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// The amounts that start a commit at once, that one commit takes at most, and that may wait.
const (
	batchCount = 256
	batchBytes = 1 << 20
	mostCount  = 4096
	mostBytes  = 8 << 20
	linger     = 5 * time.Millisecond
	maxPending = 64 << 20
	maxSpilled = 4 << 20 // of what waits: parts of long bodies
)

// queue is between the callers and the store. What is added is found at once, and stored by one
// goroutine, many exchanges at a time. The goroutine runs while there is something to write, and
// ends by itself.
type queue struct {
	write func([]*pending) // stores a batch; called by one goroutine at a time

	// kick has a buffer of one. A value in it asks the goroutine not to linger.
	kick chan struct{}

	mu      sync.Mutex // mu guards all fields below; it is not held while write runs
	waiting []*pending
	byKey   map[[sha256.Size]byte][]*pending // what waits and what is being written
	bytes   int64                            // the size of what waits and what is being written
	spilled int64                            // the part of it that is parts of bodies
	pending int                              // exchanges in byKey
	added   uint64
	done    uint64
	running bool
	changed chan struct{} // closed after each batch, and then replaced
}

// pending is an exchange on its way to the store, or a part of the body of one.
type pending struct {
	store.Entry            // without an Exchange for a part
	part        store.Part // one without Data takes back those of its ID
	spill       *spill     // the body in parts, or nil

	bytes  int64
	keep   bool // whether the secrets in the body of the response are kept
	masker *masker

	own [1]*pending // the list of its key in byKey, as long as it is alone there

	once sync.Once // masks the exchange, whose response is not read before
	kept bool      // whether there were such secrets
	err  error
}

// recorded is a pending exchange with what it points to, in one allocation.
type recorded struct {
	pending
	exchange store.Exchange
	response store.Response
}

// ready returns the redacted exchange, or the error of masking it.
func (p *pending) ready() (*store.Exchange, error) {
	p.once.Do(func() { p.kept, p.err = p.masker.exchange(p.Exchange, p.keep) })
	return p.Exchange, p.err
}

func newQueue(write func([]*pending)) *queue {
	return &queue{
		write: write, byKey: make(map[[sha256.Size]byte][]*pending),
		kick: make(chan struct{}, 1), changed: make(chan struct{}),
	}
}

// add queues p. It blocks only while 64 MiB wait to be written.
func (q *queue) add(p *pending) { _ = q.addWithin(context.Background(), p) }

// addWithin queues p, unless ctx ends while 64 MiB wait to be written, or 4 MiB of parts.
func (q *queue) addWithin(ctx context.Context, p *pending) error {
	p.bytes = p.size()
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.bytes > 0 && q.bytes+p.bytes > maxPending || q.spilled > 0 && q.spilled+p.spilled() > maxSpilled {
		if err := q.awaitBatchLocked(ctx); err != nil {
			return err
		}
	}
	q.waiting = append(q.waiting, p)
	if p.Exchange != nil {
		list := q.byKey[p.Key.Sum]
		if list == nil {
			list = p.own[:0]
		}
		q.byKey[p.Key.Sum] = append(list, p)
		q.pending++
	}
	q.bytes += p.bytes
	q.spilled += p.spilled()
	q.added++
	if !q.running {
		select {
		case <-q.kick: // meant for the previous goroutine
		default:
		}
		q.running = true
		go q.run()
	}
	if q.bytes >= batchBytes || len(q.waiting) >= batchCount {
		q.hurryLocked()
	}
	return nil
}

// hurryLocked wakes a goroutine that lingers. The caller holds mu, since otherwise the kick could
// go to the previous goroutine.
func (q *queue) hurryLocked() {
	select {
	case q.kick <- struct{}{}:
	default:
	}
}

// awaitBatchLocked waits until a batch is written. It releases mu while it waits, and holds it
// again when it returns.
func (q *queue) awaitBatchLocked(ctx context.Context) error {
	changed := q.changed
	q.hurryLocked()
	q.mu.Unlock()
	defer q.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
			q.remove(batch)
		}
		if q.stop() {
			return
		}
	}
}

// stop ends the goroutine unless something has been added since the last batch.
func (q *queue) stop() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = len(q.waiting) > 0
	return !q.running
}

// take removes one batch from what waits. It returns nil if nothing waits. The batch can still be
// found.
func (q *queue) take() []*pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	var bytes int64
	n := 0
	for n < len(q.waiting) && n < mostCount && (n == 0 || bytes < mostBytes) {
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

// remove removes a batch that was written: from now on the store has it.
func (q *queue) remove(batch []*pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range batch {
		q.bytes -= p.bytes
		q.spilled -= p.spilled()
		q.done++
		if p.Exchange == nil {
			continue
		}
		q.pending--
		list := q.byKey[p.Key.Sum]
		for i := range list {
			if list[i] == p {
				// A copy: a caller of find may still walk the old one.
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
	clear(batch) // which is in the array that waiting still uses
	close(q.changed)
	q.changed = make(chan struct{})
}

// find returns what is queued for a key, and the ID below which the store's
// exchanges of that key are replaced.
func (q *queue) find(sum [sha256.Size]byte) (list []*pending, replace store.ID) {
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
	return q.pending
}

// flush waits until everything that was added before is written.
func (q *queue) flush(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for target := q.added; q.done < target; {
		if err := q.awaitBatchLocked(ctx); err != nil {
			return err
		}
	}
	return nil
}

// size is about how much memory p takes.
func (p *pending) size() int64 {
	if p.Exchange == nil {
		return 64 + int64(cap(p.part.Data))
	}
	return sizeOf(p.Exchange)
}

// spilled is size for a part, and otherwise 0: taking parts back does not wait.
func (p *pending) spilled() int64 {
	if p.part.Data == nil {
		return 0
	}
	return p.bytes
}

// sizeOf is about how much memory an exchange takes.
func sizeOf(x *store.Exchange) int64 {
	n := 512 + len(x.Request.URL) + len(x.Request.Body) + headerSize(x.Request.Header)
	if r := x.Response; r != nil {
		n += len(r.Body) + headerSize(r.Header) + headerSize(r.Trailer)
	}
	return int64(n)
}

func headerSize(h http.Header) int {
	n := 0
	for k, vs := range h {
		n += 64 + len(k)
		for _, v := range vs {
			n += 16 + len(v)
		}
	}
	return n
}
