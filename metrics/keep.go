package metrics

import (
	"sync"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// DefaultCalls is how many finished calls a report usually needs. They take some 2 MB.
const DefaultCalls = 10_000

// mostAttempts is how many attempts of one call are kept.
const mostAttempts = 16

// KeepCalls keeps the last n calls that finish from now on, for [Recorder.Timeline] and the
// reports that show single calls. 0, the default, keeps none. A call then costs one atomic load.
// Kept calls are texts and figures: they keep no request, response or body alive. A call takes
// about 160 bytes, and 60 for each further attempt.
func (r *Recorder) KeepCalls(n int) {
	r.replace.Lock()
	defer r.replace.Unlock()
	r.store.Load().keep(n)
}

// Timeline returns the calls that are kept. It locks each while it is copied.
func (r *Recorder) Timeline() Timeline {
	t := Timeline{Client: r.client}
	if k := r.store.Load().kept.Load(); k != nil {
		t.Most = len(k.calls)
		t.Calls, t.Dropped = k.read()
	}
	return t
}

func (s *store) keep(n int) {
	if n <= 0 {
		s.kept.Store(nil)
		return
	}
	k := &ring{calls: make([]keptCall, n)}
	for i := range k.calls {
		k.calls[i].store = s
	}
	s.kept.Store(k)
}

// A ring keeps the last calls. Each has its own lock, so that concurrent callers compete only for
// the lock of the ring, which is held briefly.
type ring struct {
	calls []keptCall

	mu   sync.Mutex // mu guards next
	next uint64     // the number of calls so far
}

// add keeps a call. entry is the number of its first attempt.
func (k *ring) add(c *layer.Call, entry int, sr *series, o outcome, start time.Time, elapsed time.Duration) *keptCall {
	k.mu.Lock()
	number := k.next
	p := &k.calls[number%uint64(len(k.calls))]
	k.next++
	p.mu.Lock() // before a later call can take this place
	k.mu.Unlock()
	defer p.mu.Unlock()
	p.number, p.call, p.series, p.outcome, p.made = number, address(c), sr, o, 0
	p.start, p.elapsed, p.stopped = start.Sub(p.store.start), elapsed, nil
	if why := c.StopReason(); why != "" {
		kept := text(why)
		p.stopped = &kept
	}
	attempts := p.attempts[:0]
	if attempts == nil {
		attempts = p.room[:0]
	}
	for a := range c.Attempts() {
		if a.Number() < entry {
			continue
		}
		p.made++
		if p.made > mostAttempts {
			attempts = attempts[:mostAttempts-1] // room for the last one
		}
		if len(attempts) == cap(attempts) {
			attempts = append(attempts, keptAttempt{})
		} else {
			attempts = attempts[:len(attempts)+1] // reuse what is there
		}
		attempts[len(attempts)-1].write(a, start)
	}
	p.attempts = attempts
	return p
}

// noted updates the notes of an attempt whose body has ended. Its call is rarely far from the end: those
// that are kept after it have returned while its body was read. If it is kept no more, neither is an
// earlier call whose address it has.
func (k *ring) noted(a *layer.Attempt) {
	k.mu.Lock()
	next := k.next
	k.mu.Unlock()
	size := uint64(len(k.calls))
	for i := range min(next, size) {
		if k.calls[(next-1-i)%size].noted(a) {
			return
		}
	}
}

// read returns copies of the calls in order.
func (k *ring) read() (calls []Call, dropped uint64) {
	k.mu.Lock()
	next := k.next
	k.mu.Unlock()
	size := uint64(len(k.calls))
	if next > size {
		dropped = next - size
	}
	calls = make([]Call, 0, next-dropped)
	into := &copies{began: k.calls[0].store.began(time.Now()), routes: make(map[*series]string)}
	for i := dropped; i < next; i++ {
		if c, ok := k.calls[i%size].read(i, into); ok {
			calls = append(calls, c)
		}
	}
	return calls, next - uint64(len(calls))
}
