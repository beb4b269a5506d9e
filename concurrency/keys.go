package concurrency

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// key is what has slots of its own.
type key struct {
	host, method, route string
	own                 uint64 // the hash of what a Key function returned
}

// limit is a Limit ready for use, with its semaphores.
type limit struct {
	Limit
	match *match.Matcher
	queue int
	max   atomic.Int64
	seed  keyhash.Seed
	epoch time.Time

	last atomic.Pointer[semaphore] // the one found last: most clients have one host
	mu   sync.RWMutex
	sems map[key]*semaphore
	rest *semaphore    // what further keys share
	full time.Duration // since epoch: until then a full map is not looked through again
}

func newLimit(l Limit) *limit {
	c := &limit{Limit: l, queue: l.MaxQueue, seed: keyhash.New(), epoch: time.Now(), sems: make(map[key]*semaphore)}
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
	switch l.Per {
	case All:
		return key{}
	case Route:
		return key{host: strings.ToLower(req.URL.Host), method: match.Method(req), route: c.Route()}
	case Host:
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
	s := l.sems[k]
	l.mu.RUnlock()
	if s == nil {
		s = l.make(k)
	}
	if s.key == k {
		l.last.Store(s)
	}
	return s
}

func (l *limit) make(k key) *semaphore {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.sems[k]; s != nil {
		return s
	}
	if len(l.sems) >= maxKeys && time.Since(l.epoch) >= l.full {
		l.evict()
	}
	if len(l.sems) >= maxKeys {
		if l.rest == nil {
			l.rest = l.semaphore(key{host: "\x00"})
		}
		return l.rest
	}
	s := l.semaphore(k)
	l.sems[k] = s
	return s
}

func (l *limit) semaphore(k key) *semaphore {
	s := &semaphore{limit: l, key: k}
	if l.Adaptive != nil {
		s.finder = newFinder(*l.Adaptive)
	}
	return s
}

// evict forgets the keys of which no slot is in use and nobody waits. An
// attempt that has laid its slot down may still know the semaphore: see revive.
func (l *limit) evict() {
	for k, s := range l.sems {
		if s.state.CompareAndSwap(0, dead) {
			delete(l.sems, k)
		}
	}
	if len(l.sems) >= maxKeys {
		l.full = time.Since(l.epoch) + sweepEvery
	}
}

// sweepEvery is how often a map whose keys are all in use is looked through.
const sweepEvery = 100 * time.Millisecond

// revive makes an evicted semaphore usable for those who still know it: it
// takes its old place, or stands for the one that has it now.
func (l *limit) revive(s *semaphore) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s = s.live()
	if s.state.Load()&dead == 0 {
		return
	}
	if other := l.sems[s.key]; other != nil {
		s.forward.Store(other)
		return
	}
	l.sems[s.key] = s // above maxKeys, by those who had been there
	s.state.And(^uint64(dead))
}

// forget drops an evicted semaphore from the shortcut.
func (l *limit) forget(s *semaphore) { l.last.CompareAndSwap(s, nil) }

// each yields the semaphores.
func (l *limit) each(do func(*semaphore)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, s := range l.sems {
		do(s)
	}
	if l.rest != nil {
		do(l.rest)
	}
}
