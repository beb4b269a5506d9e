package timeout

import (
	"context"
	"math"
	"time"
)

// patienceKey is the context key of how long the body of a call may be silent, if that is longer
// than quiet. The layer of PerAttempt must not close its connection before.
type patienceKey struct{}

// patienceFor returns how long a body with an idle limit may be silent, for the layer of
// PerAttempt. An idle limit of 0 means none. The result is 0 if that is at most quiet.
func patienceFor(idle time.Duration) time.Duration {
	switch {
	case idle == 0:
		return math.MaxInt64
	case idle <= quiet:
		return 0
	}
	return idle
}

// patienceOf returns how long a body may be silent before its connection may be closed.
func patienceOf(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(*time.Duration); ok {
		return *d
	}
	return quiet
}
