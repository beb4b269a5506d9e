package timeout

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ending"
)

// rule is the limits of a deadline. 0 means no limit.
type rule struct {
	limit time.Duration // the time until the headers
	idle  time.Duration // how long the request body may stand still
	// fromUpload is whether the time until the headers counts from the latest move of the request
	// body.
	fromUpload bool
}

// fit removes from the rule what does not apply to a request that is sent now, at the time now of
// the clock c. It reports whether a limit is left.
func (r *rule) fit(req *http.Request, c *clock, now time.Duration) bool {
	if req.Body == nil || req.Body == http.NoBody {
		r.idle = 0
	}
	if r.limit > 0 {
		if left, ok := remaining(req.Context(), c, now); ok && left <= r.limit {
			r.limit = 0 // the caller's deadline comes first
		}
	}
	return r.limit > 0 || r.idle > 0
}

// remaining returns the time until the deadline of ctx, at the time now of the clock c, and whether
// ctx has a deadline. It reads the clock of the machine only for a deadline without a monotonic
// reading, since reading it is most of the work.
func remaining(ctx context.Context, c *clock, now time.Duration) (left time.Duration, ok bool) {
	if e, is := ctx.(*ending.Context); is {
		if l, is := e.Owner().(*deadline); is {
			if at, ok := l.ahead(); ok {
				return at + l.clock.epoch.Sub(c.epoch) - now, true
			}
			return remaining(e.Parent(), c, now)
		}
	}
	deadline, ok := ctx.Deadline()
	switch {
	case !ok:
		return 0, false
	case deadline == deadline.Round(0): //nolint:staticcheck // unlike Equal, == compares the monotonic readings, and it has none
		return time.Until(deadline), true
	}
	return deadline.Sub(c.epoch) - now, true
}
