package throttle

import (
	"github.com/sethvargo/go-limiter/memorystore"
	"github.com/sethvargo/go-limiter/noopstore"

	"github.com/gracy-go/gracy/internal/keyhash"
)

// resource is the state of one rule and key. It belongs to the limiter's mutex.
type resource struct {
	rule    *rule
	hash    uint64 // of the key
	key     string // for the store, if there is one
	id      int64
	win     window
	pace    pacer
	gate    *gate // nil without a store
	waiting int   // requests in the queue that need it
	queued  int   // their cost
	reservations
}

func (l *Limiter) newResource(r *rule, hash uint64, key string) *resource {
	l.ids++
	s := &resource{rule: r, hash: hash, id: l.ids}
	if r.Store != nil {
		s.key = key
	}
	switch {
	case r.Mode == Unlimited:
		store, _ := noopstore.New() // has no error to give
		s.gate = &gate{store: store, inline: true}
	case r.Mode == Bucket && r.Store == nil:
		// A store per key, evicted with it: no sweeper, whose age is counted from
		// the wrong end, and no goroutine.
		store, err := memorystore.New(&memorystore.Config{
			Tokens: uint64(r.Limit), Interval: r.Per, InitialAlloc: 1, DisablePurge: true, //nolint:gosec // Limit is positive
		})
		if err == nil { // it has none to give
			s.gate = &gate{store: store, inline: true}
		}
	case r.Store != nil:
		s.gate = &gate{store: r.Store, local: r.Mode != Bucket}
	}
	switch r.Mode {
	case Paced:
		s.pace = newPacer(r)
		fallthrough
	case Window, Strict:
		s.win = newWindow(r.Limit, r.Per, r.Guard)
	case Bucket, Unlimited:
	}
	return s
}

// resource finds the state for a key.
func (l *Limiter) resource(r *rule, key string) *resource {
	r = r.latest
	if r.Key == nil {
		if r.one == nil {
			r.one = l.newResource(r, 0, "")
		}
		return r.one
	}
	hash := r.seed.Of(key)
	if s := r.keys[hash]; s != nil {
		return s
	}
	if len(r.keys) >= maxKeys && !l.evict(r) {
		if r.rest == nil {
			r.rest = l.newResource(r, 0, "")
		}
		return r.rest
	}
	if r.keys == nil {
		r.keys = make(map[uint64]*resource)
	}
	s := l.newResource(r, hash, key)
	if r.rest != nil {
		if r.rest.win.granted+r.rest.win.pending > 0 {
			return r.rest // which of it is the key's is not known
		}
		s.inherit(r.rest, l.now())
	}
	r.keys[hash] = s
	return s
}

// inherit takes what the keys without a count of their own have sent for sent by
// this one, which may have been among them.
func (s *resource) inherit(rest *resource, now int64) {
	rest.win.expire(now)
	for i := range rest.win.n {
		s.win.add(rest.win.at(i).at, rest.win.at(i).cost)
	}
	s.pace.free = rest.pace.free
	if s.gate != nil && rest.gate != nil {
		s.gate.blocked, s.gate.expires = rest.gate.blocked, rest.gate.expires
	}
}

// current is the state that counts for the key of s now: s itself, put back if it
// was forgotten since, or another one that was made meanwhile.
func (s *resource) current() *resource {
	r := s.rule.latest
	if r.Key == nil || s == r.rest {
		return s
	}
	if other := r.keys[s.hash]; other != nil {
		return other
	}
	r.keys[s.hash] = s // above maxKeys, by those who had been there
	return s
}

// evict forgets the keys of which nothing counts any more and reports whether
// there were any.
func (l *Limiter) evict(r *rule) bool {
	now := l.now()
	if now < r.sweep {
		return false
	}
	some := false
	for key, s := range r.keys {
		if s.idle(now) {
			delete(r.keys, key)
			some = true
		}
	}
	if !some {
		r.sweep = now + int64(r.Per)/parts
	}
	return some
}

// name is the key for people, without what may be a secret.
func (s *resource) name() string {
	switch {
	case s.rule.Key == nil:
		return ""
	case s == s.rule.rest:
		return "others"
	}
	return keyhash.Name(s.hash)
}

func (s *resource) idle(now int64) bool {
	return s.waiting == 0 && s.win.idle(now) && (s.gate == nil || s.gate.idle(now, int64(s.rule.Per)))
}

// next returns when cost fits, as far as is known here; ask reports that the
// store has to be asked first.
func (s *resource) next(now int64, cost int) (at int64, ask bool) {
	at = now
	if s.win.limit > 0 {
		at = max(s.win.next(now, cost), s.pace.next(now, cost, 0))
	}
	if s.gate != nil {
		t, open := s.gate.next(now, cost)
		return max(at, t), open && at == now
	}
	return at, false
}

// eta returns a lower bound for cost behind ahead others.
func (s *resource) eta(now int64, ahead, cost int) int64 {
	at := now
	if s.win.limit > 0 {
		at = max(s.win.eta(now, ahead, cost), s.pace.next(now, cost, ahead))
	}
	if s.gate != nil && s.gate.blocked > at {
		at = s.gate.blocked
	}
	return at
}

// spend takes tokens of the store, if there is one, and the room of the pacer. It
// reports whether there were tokens: not while a store fails.
func (s *resource) spend(now int64, cost int) (tokens bool) {
	s.pace.spend(now, cost)
	return s.gate != nil && s.gate.spend(now, cost)
}

// stamp books that cost leaves now.
func (s *resource) stamp(now int64, cost int) (at int64) {
	switch {
	case s.win.limit == 0:
	case s.rule.Mode == Strict:
		s.win.pending += cost
	default:
		return s.win.add(now, cost)
	}
	return 0
}

// answers reports whether nothing is known to be in the way but the store's
// answers, which come one after the other: that is no queue yet.
func (s *resource) answers(now int64) bool {
	if s.gate == nil || !s.gate.taking || s.gate.blocked > now || s.waiting > defaultQueue {
		return false
	}
	return s.win.limit == 0 || s.win.live+s.win.granted+s.win.pending+s.queued <= s.win.limit
}
