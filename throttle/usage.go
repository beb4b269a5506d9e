package throttle

import (
	"context"
	"sync"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Usage is what a call took of the rules that weigh requests ([Rule.Cost]), for
// a cost that is known only with the response: the tokens of a language model, say.
// It is for one call and safe for concurrent use.
type Usage struct {
	mu    sync.Mutex // mu guards taken; it is locked before the mutex of a shell
	taken []taken
}

// taken is what a call took of one limiter. A stack may have several, around each other.
type taken struct {
	limiter *Limiter
	spent   []admission.Spent
}

// WithUsage returns a context for one call, and the Usage of that call:
//
//	ctx, usage := throttle.WithUsage(ctx)
//	resp, err := client.Do(req.WithContext(ctx))
//	...
//	usage.Report(body.TotalTokens)
func WithUsage(ctx context.Context) (context.Context, *Usage) {
	u := new(Usage)
	return layer.WithSetting(ctx, u), u
}

// Report says what the call cost. What was estimated too much is free at once, for
// requests that wait as well. What was estimated too little is debt: it counts for a
// window from now on, above the limit if need be, and the next requests wait for it.
// A cost below 0 is 0.
//
// It may be called again, as the figure becomes better known. It concerns the
// attempt that got the response, or else the last; those before cost what was
// estimated. Of several limiters in a stack each gets the report. It reports whether
// there was such an attempt. Stores get no report: they cannot take anything back.
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
