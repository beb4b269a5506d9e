// Package meter counts what is spent of a rate limit and determines when a cost fits. It has three
// meters with the same methods: [Window], [Pacer] and [StoreTokens].
//
//	Next(now, cost)        the first instant at which the cost fits, as far as is known
//	Spend(now, cost)       takes the cost and returns a [Receipt]
//	Refund(now, receipt)   gives back what the receipt says, as far as it still counts
//	Room(now, cost, until) how much others may spend now so that the cost fits at until
//
// The package is pure. Instants are arguments, in nanoseconds since an epoch that the caller
// chooses, and must not go back. The zero value of a meter limits nothing. No meter is safe for
// concurrent use.
package meter

import (
	"math"
	"time"
)

// Never is an instant that no clock reaches.
const Never = math.MaxInt64

// A Receipt says what was spent, so that it can be given back. The zero Receipt stands for nothing.
type Receipt struct {
	// At is, for a [Window], the timestamp of the entry, or [Never] while the entry waits for a
	// response. For a [Pacer] it is the instant at which the cost has drained. For a store it is
	// the instant at which the tokens expire.
	At int64
	// Cost is how much was spent.
	Cost int
}

// A Rate is the rate of a [Window] and a [Pacer].
type Rate struct {
	Limit  int
	Per    time.Duration
	Margin time.Duration // added to Per
	Burst  int           // how much a Pacer lets go at once; 0 means its default
	// UntilResponse makes an entry of a Window begin to age with the response.
	UntilResponse bool
}

func (r Rate) span() int64 { return int64(r.Per + r.Margin) }
