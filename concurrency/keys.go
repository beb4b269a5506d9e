package concurrency

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// key is what has slots of its own.
type key struct {
	host, method, route string
	own                 uint64 // the hash of what a Key function returned
}

// limit is a Limit ready for use, with its semaphores.
type limit struct {
	Limit
	limiter *Limiter
	match   *match.Matcher
	queue   int // how many requests may wait for the slots of a key
	max     atomic.Int64
	seed    keyhash.Seed
	plain   bool // one slot per host, whatever the request

	last atomic.Pointer[semaphore] // the one found last: most clients have one host
	// mu guards sems. The limiter's queue.mu may be taken while it is held, and not
	// the other way round.
	mu   sync.RWMutex
	sems bounded.Map[key, *semaphore]
}

func newLimit(l Limit) *limit {
	c := &limit{
		Limit: l, queue: l.MaxQueue, seed: keyhash.New(), plain: l.Scope == transport.ScopeHost && l.Key == nil && l.Weight == nil,
		sems: bounded.Map[key, *semaphore]{Max: maxKeys, Every: int64(sweepEvery)},
	}
	switch l.MaxQueue {
	case 0:
		c.queue = defaultQueue
	case NoQueue:
		c.queue = 0
	}
	c.max.Store(int64(l.Max))
	return c
}

// text is what the limit says now.
func (l *limit) text() string {
	now := l.Limit
	now.Max = int(l.max.Load())
	return now.String()
}

// keyOf calls the user's function, so no lock and no slot may be held.
func (l *limit) keyOf(c *layer.Call, req *http.Request) key {
	if l.Key != nil {
		return key{own: l.seed.Of(l.Key(req))}
	}
	switch l.Scope {
	case transport.ScopeAll:
		return key{}
	case transport.ScopeRoute:
		return key{host: strings.ToLower(req.URL.Host), method: match.Method(req), route: c.Route()}
	case transport.ScopeHost:
	}
	return key{host: strings.ToLower(req.URL.Host)}
}

// name writes a key without a secret.
func (l *limit) name(k key) string {
	switch {
	case l.Key != nil:
		return keyhash.Name(k.own)
	case k.route != "":
		return redact.Text(k.method) + " " + k.route + " of " + k.host
	}
	return k.host
}

// find returns the semaphore of a key.
func (l *limit) find(k key) *semaphore {
	if s := l.last.Load(); s != nil && s.key == k {
		return s
	}
	l.mu.RLock()
	s, ok := l.sems.Get(k)
	l.mu.RUnlock()
	if !ok {
		s = l.make(k)
	}
	if s.key == k {
		l.last.Store(s)
	}
	return s
}

// make makes the semaphore of a key, or finds the one that further keys share.
func (l *limit) make(k key) *semaphore {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, _ := l.sems.Find(k, l.limiter.since(), (*semaphore).evict, func(own bool) *semaphore {
		if !own {
			k = key{host: "\x00"}
		}
		s := &semaphore{limit: l, key: k, id: l.limiter.ids.Add(1)}
		s.one[0] = part{s, 1}
		if l.Adaptive != nil {
			s.estimator = newEstimator(*l.Adaptive)
		}
		return s
	})
	return s
}

// sweepEvery is how often a map whose keys are all in use is searched.
const sweepEvery = 100 * time.Millisecond

// evict reports whether no slot of the semaphore is in use and no request waits for
// one, and then takes it out of use. An attempt that has suspended its slot may
// still know it: see revive.
func (s *semaphore) evict() bool { return s.state.CompareAndSwap(0, dead) }

// revive makes an evicted semaphore usable for the attempts that still know it: it
// takes its old place, or stands for the one that has it now.
func (l *limit) revive(s *semaphore) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s = s.live()
	if s.state.Load()&dead == 0 {
		return
	}
	if other, ok := l.sems.Get(s.key); ok {
		s.forward.Store(other)
		return
	}
	l.sems.Put(s.key, s) // above maxKeys, by those that had been there
	s.state.And(^uint64(dead))
}

// forget drops an evicted semaphore from the shortcut.
func (l *limit) forget(s *semaphore) { l.last.CompareAndSwap(s, nil) }

// each yields the semaphores.
func (l *limit) each(do func(*semaphore)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for s := range l.sems.All() {
		do(s)
	}
}
