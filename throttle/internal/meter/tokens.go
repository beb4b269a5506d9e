package meter

import (
	"math"
	"time"
)

// StoreTokens are the tokens that a store of go-limiter has given and that have not
// been spent yet. One request at a time asks the store, outside of this package. A
// token belongs to the meter and not to the request that asked for it: if that one
// leaves, the next one spends the token.
type StoreTokens struct {
	local    bool // a window applies as well, and alone while the store fails
	asking   bool // a request asks the store
	tokens   int  // given and not spent
	expires  int64
	blocked  int64 // the store has no token before this instant
	left     int   // how many more the store said it has
	failures int   // in a row
	err      error // the last reply was an error, where the store decides alone
	used     int64 // the last instant at which there was something to do with it
}

// errorPause is how long a store that failed is not asked, times the failures in a
// row, up to ten.
const errorPause = 100 * time.Millisecond

// NewStoreTokens returns the meter of a store that has not been asked. With local a
// window applies as well, so that the store may fail.
func NewStoreTokens(local bool) *StoreTokens { return &StoreTokens{local: local} }

// A Reply is what a store said to the question for one token.
type Reply struct {
	Limit uint64        // how many tokens the key has in all
	Left  uint64        // how many of them are left
	Wait  time.Duration // from the question until the store's window ends
	OK    bool          // there was a token
	Err   error
}

// WaitUntil returns the time from the wall clock reading asked until the reset that
// a store named, in nanoseconds of Unix time; 0 if that is no instant.
func WaitUntil(reset uint64, asked time.Time) time.Duration {
	if reset == 0 || reset >= Never {
		return 0
	}
	return time.Unix(0, int64(reset)).Sub(asked) //nolint:gosec // below 1<<63
}

// failing reports whether the window applies alone for now.
func (s *StoreTokens) failing(now int64) bool { return s.failures > 0 && s.local && now < s.blocked }

// Next returns when there are tokens for cost, or when the store may be asked for
// them: [Never] while another request asks.
func (s *StoreTokens) Next(now int64, cost int) int64 {
	if s.tokens > 0 && now >= s.expires {
		s.tokens = 0
	}
	switch {
	case s.tokens >= cost || s.failing(now):
		return now
	case s.blocked > now:
		return s.blocked
	case s.asking:
		return Never
	}
	return now
}

// MustAsk reports whether the store has to be asked before cost can be spent, where
// [StoreTokens.Next] is now.
func (s *StoreTokens) MustAsk(now int64, cost int) bool {
	return s.tokens < cost && !s.failing(now)
}

// Ask says whether a request asks the store.
func (s *StoreTokens) Ask(asking bool) { s.asking = asking }

// Asking reports whether a request asks the store.
func (s *StoreTokens) Asking() bool { return s.asking }

// Spend takes tokens for cost. The receipt is the zero one where there are none,
// which is so while the store fails.
func (s *StoreTokens) Spend(now int64, cost int) Receipt {
	s.used = now
	if s.tokens < cost {
		return Receipt{}
	}
	s.tokens -= cost
	return Receipt{s.expires, cost}
}

// Refund takes tokens back, for the next request to spend: a store takes nothing
// back. Of tokens of several windows all are good until the first ones expire.
func (s *StoreTokens) Refund(now int64, r Receipt) {
	if now >= r.At {
		return
	}
	if s.tokens == 0 || r.At < s.expires {
		s.expires = r.At
	}
	s.tokens += r.Cost
}

// Record notes the reply to what was asked at the instant asked. The clock of the
// store is not ours: its reset is a delay from then, held within (0, per].
func (s *StoreTokens) Record(asked, now int64, r Reply, per time.Duration) {
	s.err, s.used = nil, now
	s.left = 0
	switch {
	case r.Err != nil:
		s.failures++
		s.blocked = now + int64(errorPause)*int64(min(s.failures, 10))
		if !s.local {
			s.err = r.Err
			s.blocked = 0
		}
	case r.OK:
		expires := int64(Never)
		if r.Wait > 0 {
			expires = asked + int64(min(r.Wait, per))
		}
		if s.tokens == 0 || expires < s.expires {
			s.expires = expires
		}
		s.failures = 0
		s.tokens++
		s.left = int(min(r.Left, 1<<30)) //nolint:gosec // bounded
		s.blocked = 0
	default:
		s.failures = 0
		s.blocked = now + int64(min(max(r.Wait, time.Millisecond), per))
	}
}

// Err returns the error of the last reply, where the store decides alone.
func (s *StoreTokens) Err() error { return s.err }

// Blocked returns the instant before which the store has no token, if it said so.
func (s *StoreTokens) Blocked() int64 { return s.blocked }

// Known returns until when the last reply holds.
func (s *StoreTokens) Known(now int64) int64 {
	if s.blocked > now {
		return s.blocked
	}
	return s.expires
}

// Idle reports whether nothing of it matters any more.
func (s *StoreTokens) Idle(now, per int64) bool {
	return !s.asking && now >= s.blocked && now-s.used > per
}

// Inherit takes over what another meter of the same store knows.
func (s *StoreTokens) Inherit(from *StoreTokens) {
	s.blocked, s.expires = from.blocked, from.expires
}

// Room is that of [Window.Room].
func (s *StoreTokens) Room(now int64, cost int, until int64) int {
	if until >= s.Known(now) { // by then the store has to be asked anyhow
		return math.MaxInt
	}
	return s.tokens + s.left - cost
}
