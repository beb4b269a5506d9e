package timeout

import (
	"context"
	"math"
	"time"
)

// patienceKey is the key of how long the body of a call may be silent, where that is
// longer than quiet: the layer of PerAttempt must not close its connection before.
type patienceKey struct{}

// patienceFor returns what a call says of the idle limit of its body, 0 for none, to the layer of PerAttempt:
// nothing, 0, unless it is longer than quiet.
func patienceFor(idle time.Duration) time.Duration {
	switch {
	case idle == 0:
		return math.MaxInt64
	case idle <= quiet:
		return 0
	}
	return idle
}

// patienceOf returns how long a body may be silent before its connection is closed under
// it.
func patienceOf(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(*time.Duration); ok {
		return *d
	}
	return quiet
}
