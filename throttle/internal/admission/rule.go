package admission

import (
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/internal/bounded"
	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// MaxKeys is how many keys of a rule have a count of their own.
const MaxKeys = 10_000

// A Law is the part of a rule that can change while requests wait.
type Law struct {
	Text     string // for people
	Rate     meter.Rate
	MaxQueue int
	MaxWait  time.Duration // 0 means no bound
}

// A Kind is the part of a rule that stays.
type Kind struct {
	Windowed bool // sends are counted in a window
	Paced    bool // sends are also spread
	Keyed    bool // each key has a count of its own
	Weighed  bool // a function of the user's returns the cost
	Store    StoreKind
	// NewStore returns the store of one key. The core never calls the store itself.
	NewStore func() limiter.Store
}

// A StoreKind says how the store of a rule is used.
type StoreKind uint8

// The kinds of stores.
const (
	NoStore   StoreKind = iota
	Beside              // a window applies too, and alone while the store fails
	Alone               // the store decides alone
	Immediate           // it decides alone and replies immediately, so it is asked without a queue
	Endless             // it replies immediately and always has tokens
)

func (k StoreKind) immediate() bool { return k == Immediate || k == Endless }

// A Rule is a rate limit and everything that is counted for it.
type Rule struct {
	Law  // the current law
	kind Kind
	seed keyhash.Seed
	one  *Resource                      // without a key
	keys bounded.Map[uint64, *Resource] // with a key, by its hash
	ids  *int64
}

// NewRule returns a rule for which nothing has been counted.
func (c *Core) NewRule(law Law, kind Kind) *Rule {
	r := &Rule{Law: law, kind: kind, seed: keyhash.New(), ids: &c.ids}
	r.keys.Max = MaxKeys
	return r
}

// KeyName returns the name of a key in errors, which is a hash of it.
func (r *Rule) KeyName(key string) string {
	if !r.kind.Keyed {
		return ""
	}
	return keyhash.Name(r.seed.Of(key))
}

// Keys returns how many keys have a count of their own, and whether others share one.
func (r *Rule) Keys() (n int, shared bool) {
	_, shared = r.keys.Rest()
	return r.keys.Len(), shared
}

// Resource returns the state for a key.
func (r *Rule) Resource(key string, now int64) *Resource {
	if !r.kind.Keyed {
		if r.one == nil {
			r.one = r.newResource(0, "")
		}
		return r.one
	}
	hash := r.seed.Of(key)
	if s, ok := r.keys.Get(hash); ok {
		return s
	}
	return r.makeResource(hash, key, now)
}

// makeResource is Resource for a key that has none of its own. It is separate so that its closures
// cost nothing if there is one.
func (r *Rule) makeResource(hash uint64, key string, now int64) *Resource {
	rest, shared := r.keys.Rest()
	if shared && rest.window.Outstanding() > 0 {
		return rest // it is not known how much of that belongs to this key
	}
	r.keys.Every = int64(r.Rate.Per) / meter.Parts
	s, _ := r.keys.Find(hash, now, func(s *Resource) bool { return s.idle(now) }, func(own bool) *Resource {
		if !own {
			return r.newResource(0, "")
		}
		s := r.newResource(hash, key)
		if shared {
			s.inherit(now, rest)
		}
		return s
	})
	return s
}

func (r *Rule) newResource(hash uint64, key string) *Resource {
	*r.ids++
	s := new(Resource)
	s.rule, s.hash, s.id = r, hash, *r.ids
	if r.kind.Windowed {
		s.window.Adopt(r.Rate)
	}
	if r.kind.Paced {
		s.pacer.Adopt(r.Rate)
	}
	if r.kind.Store != NoStore {
		s.Key = key
		s.Store = r.kind.NewStore()
		s.tokens = meter.NewStoreTokens(r.kind.Store == Beside)
	}
	return s
}

// current returns the resource that now counts for the key of s: s itself, put back if it was
// dropped, or another one that was made meanwhile.
func (s *Resource) current() *Resource {
	r := s.rule
	if rest, _ := r.keys.Rest(); !r.kind.Keyed || s == rest {
		return s
	}
	if other, ok := r.keys.Get(s.hash); ok {
		return other
	}
	r.keys.Put(s.hash, s)
	return s
}

// adopt gives the rule another law. Everything counted stays.
func (r *Rule) adopt(law Law) {
	r.Law = law
	r.Resources(func(s *Resource) {
		if r.kind.Windowed {
			s.window.Adopt(law.Rate)
		}
		if r.kind.Paced {
			s.pacer.Adopt(law.Rate)
		}
	})
}
