package timeout

import (
	"context"
	"math"
	"net/http"
	"time"
)

// patienceKey is the key of how long the body of a call may be silent, where that is
// longer than quiet: the layer of PerAttempt must not close its connection before.
type patienceKey struct{}

// withPatience attaches the idle limit of a body, 0 for none, if it is longer than quiet.
func withPatience(req *http.Request, idle time.Duration) *http.Request {
	switch {
	case idle == 0:
		idle = math.MaxInt64
	case idle <= quiet:
		return req
	}
	return req.WithContext(context.WithValue(req.Context(), patienceKey{}, idle))
}

// patienceOf returns how long a body may be silent before its connection is closed under
// it.
func patienceOf(ctx context.Context) time.Duration {
	d, _ := ctx.Value(patienceKey{}).(time.Duration)
	return max(d, quiet)
}
