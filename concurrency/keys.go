package concurrency

import (
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// key identifies requests that share slots.
type key struct {
	host, method, route string
	own                 uint64 // the hash of what a Key function returned
}

const (
	// maxKeys is how many keys of a limit have slots of their own.
	maxKeys = 10_000
	// sweepEvery is how often a map whose keys are all in use is searched for idle ones.
	sweepEvery = 100 * time.Millisecond
)

// keyOf returns the key of a request. It calls the user's function, so no lock and no slot may be
// held.
func (l *limit) keyOf(c *layer.Call, req *http.Request) key {
	if l.Key != nil {
		return key{own: l.seed.Of(l.Key(req))}
	}
	switch l.Scope {
	case transport.ScopeAll:
		return key{}
	case transport.ScopeRoute:
		return key{host: origin.HostOf(req.URL), method: match.Method(req), route: c.RouteName().First}
	case transport.ScopeHost:
	}
	return key{host: origin.HostOf(req.URL)}
}

// name returns the text of a key without a secret.
func (l *limit) name(k key) string {
	switch {
	case l.Key != nil:
		return keyhash.Name(k.own)
	case k.route != "":
		return redact.Text(k.method) + " " + k.route + " of " + k.host
	}
	return k.host
}

// find returns the semaphore of a key, or the one that the keys beyond maxKeys share.
func (l *limit) find(k key) *semaphore {
	if s := l.last.Load(); s != nil && s.key == k {
		return s
	}
	return l.lookUp(k)
}

// lookUp is find for a key other than that of the latest request.
func (l *limit) lookUp(k key) *semaphore {
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

// make returns the semaphore of a key that has none yet. It may evict idle keys. A request that has
// suspended its slot may still refer to an evicted semaphore: see revive.
func (l *limit) make(k key) *semaphore {
	k.host = strings.Clone(k.host) // so as not to keep the whole URL in memory
	now := time.Since(l.epoch)
	l.mu.Lock()
	defer l.mu.Unlock()
	s, _ := l.sems.Find(k, int64(now), (*semaphore).idle, func(own bool) *semaphore {
		if !own {
			k = key{host: "\x00"}
		}
		return l.semaphore(k)
	})
	return s
}

func (l *limit) semaphore(k key) *semaphore {
	s := &semaphore{limit: l, key: k}
	if l.shared != nil {
		s.id = l.shared.ids.Add(1)
	}
	if l.Adaptive != nil {
		s.adaptive = newAdaptiveSlots(*l.Adaptive)
	}
	return s
}

// revive makes an evicted semaphore usable for the requests that still refer to it. It gets its old
// place, or forwards to the semaphore that has that place now.
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
	l.sems.Put(s.key, s) // above maxKeys, by no more than the requests that already were there
	s.state.And(^uint64(dead))
}

// forget removes an evicted semaphore from l.last.
func (l *limit) forget(s *semaphore) { l.last.CompareAndSwap(s, nil) }

// each calls do for every semaphore.
func (l *limit) each(do func(*semaphore)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for s := range l.sems.All() {
		do(s)
	}
}

// slots returns how many slots there are for a request of the call c, which may be nil.
func (l *limit) slots(c *layer.Call, req *http.Request) int64 {
	n := l.max.Load()
	if l.Adaptive == nil || c == nil && l.Scope == transport.ScopeRoute && l.Key == nil {
		return n
	}
	k := l.keyOf(c, req)
	l.mu.RLock()
	s, ok := l.sems.Get(k)
	l.mu.RUnlock()
	if ok {
		return s.room()
	}
	return min(n, int64(l.Adaptive.Start))
}
