package admission

import (
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A Resource is the state of one rule and key: its meters, and the queues that wait for them.
type Resource struct {
	// Store is the store that gives tokens to the requests of the key, or nil.
	Store limiter.Store
	// Key is the key that is passed to the store.
	Key string
	// Question belongs to the caller: the latest question to the store, or nil.
	Question Question

	rule   *Rule
	hash   uint64 // of the key
	id     int64
	window meter.Window
	pacer  meter.Pacer
	tokens *meter.StoreTokens // nil without a store

	waiting int      // requests in queues that need it
	queued  int      // their cost
	queues  []*Queue // the queues that have waiters
	full    int      // how many heads found no room here when last examined
	held    int      // how many heads found the room reserved for older ones
	reached int64    // the last scan that reached it

	reservations
}

// A Question is a question to a store.
type Question interface {
	Open() bool // reports whether the store has not replied yet
}

// Rule returns the rule of the resource.
func (s *Resource) Rule() *Rule { return s.rule }

// Name returns the key as it is shown, without anything that may be secret.
func (s *Resource) Name() string {
	if !s.rule.kind.Keyed {
		return ""
	}
	if rest, shared := s.rule.keys.Rest(); shared && s == rest {
		return "others"
	}
	return keyhash.Name(s.hash)
}

// inherit counts what the keys without a count of their own have sent as sent by s, which may have
// been one of them.
func (s *Resource) inherit(now int64, rest *Resource) {
	s.window.Inherit(now, &rest.window)
	s.pacer.Inherit(&rest.pacer)
	if s.tokens != nil {
		s.tokens.Inherit(rest.tokens)
	}
}

func (s *Resource) idle(now int64) bool {
	if s.Question != nil && s.Question.Open() {
		return false
	}
	return s.waiting == 0 && s.window.Idle(now) && (s.tokens == nil || s.tokens.Idle(now, int64(s.rule.Rate.Per)))
}

// next returns when cost fits, as far as is known here. ask reports that the store must be asked
// first.
func (s *Resource) next(now int64, cost int) (at int64, ask bool) {
	at = s.counted(now, cost)
	if s.tokens == nil {
		return at, false
	}
	t := s.tokens.Next(now, cost)
	return max(at, t), t == now && at == now && s.tokens.MustAsk(now, cost)
}

// counted returns when cost fits by what is counted here, ignoring the store.
func (s *Resource) counted(now int64, cost int) int64 {
	at := s.window.Next(now, cost)
	if s.pacer.Spacing() > 0 {
		at = max(at, s.pacer.Next(now, cost))
	}
	return at
}

// eta returns a lower bound of when cost can leave, behind the cost ahead.
func (s *Resource) eta(now int64, ahead, cost int) int64 {
	at := max(now, s.window.Eta(now, ahead, cost), s.pacer.Eta(now, ahead, cost))
	if s.tokens != nil {
		at = max(at, s.tokens.Blocked())
	}
	return at
}

// take takes tokens of the store and the time of the pacer for a request that may leave. It returns
// when the tokens expire, or 0 if there were none.
func (s *Resource) take(now int64, cost int) (expires int64) {
	if s.pacer.Spacing() > 0 {
		s.pacer.Spend(now, cost)
	}
	if s.tokens == nil {
		return 0
	}
	return s.tokens.Spend(now, cost).At
}

// tokensOnly reports whether nothing is known to be in the way except replies of the store, which
// come one after the other. Waiting for those does not count as a queue.
func (s *Resource) tokensOnly(now int64) bool {
	if s.tokens == nil || !s.tokens.Asking() || s.tokens.Blocked() > now || s.waiting > maxReplies {
		return false
	}
	return s.window.Limit() == 0 || s.window.Counted(now)+s.queued <= s.window.Limit()
}

// maxReplies is how many requests may wait for replies of a store, whatever MaxQueue says.
const maxReplies = 10_000

// fits reports whether sum may be spent now, however it is divided.
func (s *Resource) fits(now int64, sum int) bool {
	if s.window.Limit() > 0 && (s.window.Next(now, sum) > now || s.pacer.Eta(now, sum-1, 1) > now) {
		return false
	}
	if s.tokens == nil || s.rule.kind.Store == Endless {
		return true
	}
	return s.tokens.Next(now, sum) <= now && !s.tokens.MustAsk(now, sum)
}

// room returns how much others may spend now so that cost still fits at until. It is [math.MaxInt]
// if that makes no difference, and negative if cost does not even fit if nothing is spent.
func (s *Resource) room(now int64, cost int, until int64) int {
	n := min(s.window.Room(now, cost, until), s.pacer.Room(now, cost, until))
	if s.tokens != nil && s.rule.kind.Store != Endless {
		n = min(n, s.tokens.Room(now, cost, until))
	}
	return n
}

// frees returns the first instant at which the clock makes room for over more than at until, or
// [meter.Never].
func (s *Resource) frees(now, until int64, over int) int64 {
	at := min(s.window.Frees(until, over), s.pacer.Frees(until, over))
	if s.tokens != nil && s.tokens.Known(now) > now {
		at = min(at, s.tokens.Known(now))
	}
	return at
}

// rescanInterval returns how often to examine a head that is held back, in addition to the instants
// of frees. How long an older head holds it back may depend on what others do meanwhile.
func (s *Resource) rescanInterval() int64 {
	p := max(int64(s.rule.Rate.Per)/meter.Parts, int64(time.Millisecond))
	if spacing := s.pacer.Spacing(); spacing > 0 {
		p = min(p, max(spacing, int64(time.Millisecond)))
	}
	return p
}
