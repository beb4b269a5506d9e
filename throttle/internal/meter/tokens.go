package meter

import (
	"math"
	"time"
)

// StoreTokens are the tokens that a store of go-limiter has given and that have not been spent yet.
// One request at a time asks the store, outside of this package. A token belongs to the meter and
// not to the request that asked for it: if that request gives up, the next one spends the token.
type StoreTokens struct {
	local    bool // a window applies too, and alone while the store fails
	asking   bool // a request is asking the store
	tokens   int  // given and not spent
	expires  int64
	blocked  int64 // the store has no token before this instant
	left     int   // how many more tokens the store has, as it said
	failures int   // in a row
	past     int   // replies in a row that named a reset that was past, or none
	err      error // the last reply was this error; only for a store that decides alone
	used     int64 // when the meter was last used
}

// errorPause is how long a store is not asked after it failed. It is multiplied by the number of
// failures in a row, up to ten.
const errorPause = 100 * time.Millisecond

// maxPast is how often the time to the next question is doubled.
const maxPast = 40

// NewStoreTokens returns the meter of a store that has not been asked. With local a window applies
// too, so that the store may fail.
func NewStoreTokens(local bool) *StoreTokens { return &StoreTokens{local: local} }

// A Reply is the reply of a store to the question for one token.
type Reply struct {
	Limit uint64        // how many tokens the key has in all
	Left  uint64        // how many of them are left
	Wait  time.Duration // from the question until the store's window ends
	OK    bool          // there was a token
	Err   error
}

// WaitUntil returns the time from asked, a reading of the wall clock, until the reset that a store
// named in nanoseconds of Unix time. It returns 0 if that is not an instant.
func WaitUntil(reset uint64, asked time.Time) time.Duration {
	if reset == 0 || reset >= Never {
		return 0
	}
	return time.Unix(0, int64(reset)).Sub(asked) //nolint:gosec // below 1<<63
}

// failing reports whether the window currently applies alone.
func (s *StoreTokens) failing(now int64) bool { return s.failures > 0 && s.local && now < s.blocked }

// Next returns when there are tokens for cost, or when the store may be asked for them. It is
// [Never] while another request asks.
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

// MustAsk reports whether the store must be asked before cost can be spent, if [StoreTokens.Next]
// is now.
func (s *StoreTokens) MustAsk(now int64, cost int) bool {
	return s.tokens < cost && !s.failing(now)
}

// Ask records whether a request is asking the store.
func (s *StoreTokens) Ask(asking bool) { s.asking = asking }

// Asking reports whether a request is asking the store.
func (s *StoreTokens) Asking() bool { return s.asking }

// Spend takes tokens for cost. The receipt is zero if there are not enough, which is so while the
// store fails.
func (s *StoreTokens) Spend(now int64, cost int) Receipt {
	s.used = now
	if s.tokens < cost {
		return Receipt{}
	}
	s.tokens -= cost
	return Receipt{s.expires, cost}
}

// Refund takes tokens back for the next request, since a store takes none back. If they are from
// several windows, all expire with the first.
func (s *StoreTokens) Refund(now int64, r Receipt) {
	if now >= r.At {
		return
	}
	if s.tokens == 0 || r.At < s.expires {
		s.expires = r.At
	}
	s.tokens += r.Cost
}

// Record records the reply to a question asked at the instant asked. The clock of the store is not
// ours, so its reset counts as a delay from then, limited to (0, per]. If the reset is past, the store
// is asked after a millisecond, and then half as often each time, down to once in a part of a window.
func (s *StoreTokens) Record(asked, now int64, r Reply, per time.Duration) {
	s.err, s.used = nil, now
	s.left = 0
	past := s.past
	s.past = 0
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
	case r.Wait <= 0:
		s.failures, s.past = 0, min(past+1, maxPast)
		s.blocked = now + int64(min(time.Millisecond<<past, max(per/Parts, time.Millisecond), per))
	default:
		s.failures = 0
		s.blocked = now + int64(min(max(r.Wait, time.Millisecond), per))
	}
}

// Err returns the error of the last reply, if the store decides alone.
func (s *StoreTokens) Err() error { return s.err }

// Blocked returns the instant before which the store has no token, if that is known.
func (s *StoreTokens) Blocked() int64 { return s.blocked }

// Known returns until when the last reply holds.
func (s *StoreTokens) Known(now int64) int64 {
	if s.blocked > now {
		return s.blocked
	}
	return s.expires
}

// Idle reports whether nothing in the meter matters any more.
func (s *StoreTokens) Idle(now, per int64) bool {
	return !s.asking && now >= s.blocked && now-s.used > per
}

// Inherit takes over what another meter of the same store knows.
func (s *StoreTokens) Inherit(from *StoreTokens) {
	s.blocked, s.expires = from.blocked, from.expires
}

// Room is like [Window.Room].
func (s *StoreTokens) Room(now int64, cost int, until int64) int {
	if until >= s.Known(now) { // by then the store must be asked anyway
		return math.MaxInt
	}
	return s.tokens + s.left - cost
}
