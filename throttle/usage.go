package throttle

import (
	"context"
	"sync"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Usage reports the cost of one call to the rules with a [Rule.Cost], when the cost is
// known only after the response, such as the tokens of a language model. It is safe for
// concurrent use.
type Usage struct {
	mu    sync.Mutex // mu guards taken; it is locked before the mutex of a shell
	taken []taken
}

// taken is what a call took of one limiter. A stack may have several limiters.
type taken struct {
	limiter *Limiter
	spent   []admission.Spent
}

// WithUsage returns a context for one call and the Usage of that call:
//
//	ctx, usage := throttle.WithUsage(ctx)
//	resp, err := client.Do(req.WithContext(ctx))
//	...
//	usage.Report(body.TotalTokens)
func WithUsage(ctx context.Context) (context.Context, *Usage) {
	u := new(Usage)
	return layer.WithSetting(ctx, u), u
}

// Report sets the actual cost of the call. If it is below the estimate, the difference is
// free at once, also for waiting requests. If it is above, the difference is a debt: it counts
// for a window from now on, above the limit if need be, and later requests wait for it. A
// cost below 0 counts as 0.
//
// Report may be called again when a better figure is known. It changes the cost of the
// attempt that got the response, or of the last attempt if none did. Earlier attempts cost
// what was estimated. Every limiter of the stack gets the report. Stores do not, because they
// cannot take anything back. Report returns false if no such attempt was counted.
func (u *Usage) Report(actual int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, t := range u.taken {
		t.limiter.shell.report(t.spent, actual)
	}
	return len(u.taken) > 0
}

// note keeps what the rules that weigh requests took, if the caller reports usage.
func (l *Limiter) note(ctx context.Context, d *admission.Demand) {
	u, ok := layer.Setting[*Usage](ctx)
	if !ok {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	t := u.ofLocked(l)
	l.shell.pauses(func(*pauses.Table, int64) { t.spent = d.Spent() })
}

// ofLocked returns what the call took of a limiter.
func (u *Usage) ofLocked(l *Limiter) *taken {
	for i := range u.taken {
		if u.taken[i].limiter == l {
			return &u.taken[i]
		}
	}
	u.taken = append(u.taken, taken{limiter: l})
	return &u.taken[len(u.taken)-1]
}
