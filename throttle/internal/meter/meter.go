// Package meter counts what is spent of a rate limit and says when a cost fits.
// It has three meters of one shape: [Window], [Pacer] and [StoreTokens].
//
//	Next(now, cost)        the first instant at which the cost fits, as far as is known
//	Spend(now, cost)       takes the cost and returns a [Receipt]
//	Refund(now, receipt)   gives back what the receipt says, as far as it still counts
//	Room(now, cost, until) how much others may spend now so that the cost fits at until
//
// The package is pure: instants are nanoseconds since an epoch of the caller's, and
// they come in as arguments. An instant must not be before one that came earlier.
// The zero value of a meter limits nothing. No meter is safe for concurrent use.
package meter

import (
	"math"
	"time"
)

// Never is the instant of what no clock brings about.
const Never = math.MaxInt64

// A Receipt says what was spent, so that it can be given back. The zero Receipt
// stands for nothing.
type Receipt struct {
	// At is the timestamp of an entry of a [Window], or [Never] while the entry
	// waits for a response; the instant at which a [Pacer] has forgotten the cost;
	// or the one at which tokens of a store expire.
	At int64
	// Cost is how much was spent.
	Cost int
}

// A Rate is what a [Window] and a [Pacer] go by.
type Rate struct {
	Limit  int
	Per    time.Duration
	Margin time.Duration // added to Per
	Burst  int           // how much a Pacer lets go at once; 0 is its default
	// UntilResponse makes an entry of a Window begin to age with the response.
	UntilResponse bool
}

func (r Rate) span() int64 { return int64(r.Per + r.Margin) }
