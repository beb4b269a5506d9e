package throttle

import (
	"context"
	"time"

	"github.com/sethvargo/go-limiter"
)

// gate is a store with one asker at a time. A token that was taken belongs to
// the gate, not to who took it: if that one leaves, the next head spends it.
type gate struct {
	store    limiter.Store
	inline   bool  // it answers at once: asked under the limiter's mutex if nobody waits
	local    bool  // a local window applies as well, and alone if the store fails
	taking   bool  // somebody asks
	tokens   int   // taken and not spent
	expires  int64 // when tokens belong to a window that is over
	blocked  int64 // no token before
	left     int   // what the store said is left
	failures int
	err      error // of the last answer, where the store decides alone
	last     int64
}

// errorPause is how long a store that failed is left alone, times the failures
// in a row, up to ten.
const errorPause = 100 * time.Millisecond

// next returns when the store may be asked for cost, and whether it must be.
func (g *gate) next(now int64, cost int) (at int64, ask bool) {
	if g.tokens > 0 && now >= g.expires {
		g.tokens = 0
	}
	switch {
	case g.tokens >= cost:
		return now, false
	case g.failures > 0 && g.local && now < g.blocked:
		return now, false // the window alone
	case g.blocked > now:
		return g.blocked, false
	case g.taking:
		return never, false
	}
	return now, true
}

func (g *gate) spend(now int64, cost int) bool {
	g.last = now
	if g.tokens < cost {
		return false
	}
	g.tokens -= cost
	return true
}

func (g *gate) idle(now, per int64) bool {
	return !g.taking && now >= g.blocked && now-g.last > per
}

// answer is what a store said.
type answer struct {
	limit uint64 // how many tokens the key has in all
	left  uint64
	reset uint64
	ok    bool
	err   error
	wall  time.Time // when it was asked
}

// take asks the store for one token, without the limiter's mutex.
func (g *gate) take(ctx context.Context, key string) answer {
	a := answer{wall: time.Now()}
	a.limit, a.left, a.reset, a.ok, a.err = g.store.Take(ctx, key)
	return a
}

// mark notes that tokens were spent for need i, and until when they are good for
// giveBack: of several needs, the first to end.
func (g *gate) mark(tokens *uint8, until *int64, i int) {
	if *tokens == 0 || g.expires < *until {
		*until = g.expires
	}
	*tokens |= 1 << i
}

// giveBack takes tokens back that were good until then, for the next one to spend.
func (g *gate) giveBack(now int64, cost int, until int64) {
	if now >= until {
		return
	}
	if g.tokens == 0 || until < g.expires {
		g.expires = until
	}
	g.tokens += cost
}

// hear books an answer to what was asked at the instant asked. The store's clock
// is not ours: its reset is taken for a delay from then, and held within (0, limit].
func (g *gate) hear(asked, now int64, a answer, limit time.Duration) {
	g.err, g.last = nil, now
	wait := time.Duration(0)
	if a.reset > 0 && a.reset < never {
		wait = time.Unix(0, int64(a.reset)).Sub(a.wall) //nolint:gosec // below 1<<63
	}
	switch {
	case a.err != nil:
		g.failures++
		g.left = 0
		g.blocked = now + int64(errorPause)*int64(min(g.failures, 10))
		if !g.local {
			g.err = a.err
			g.blocked = 0
		}
	case a.ok:
		// All that was gathered is of use until the first of it is not.
		expires := int64(never)
		if wait > 0 {
			expires = asked + int64(min(wait, limit))
		}
		if g.tokens == 0 || expires < g.expires {
			g.expires = expires
		}
		g.failures = 0
		g.tokens++
		g.left = int(min(a.left, 1<<30)) //nolint:gosec // bounded
		g.blocked = 0
	default:
		g.failures = 0
		g.left = 0
		g.blocked = now + int64(min(max(wait, time.Millisecond), limit))
	}
}
