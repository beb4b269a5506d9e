package replay

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/replay/store"
)

// pace decides when the parts of a replayed response arrive. The zero pace is at once.
type pace struct {
	speed float64       // Options.Speed
	delay time.Duration // Options.Delay
}

func (o *Options) pace() pace { return pace{o.Speed, o.Delay} }

// of returns how long to wait for something that was recorded that much later than what precedes
// it.
func (p pace) of(recorded time.Duration) time.Duration {
	switch {
	case p.delay > 0:
		return p.delay
	case p.speed > 0:
		return time.Duration(min(float64(recorded)/p.speed, longestWait))
	}
	return 0
}

// longestWait is the longest wait, 13 days, so that a sum of waits does not overflow.
const longestWait = 1 << 50

// headers waits as long as the headers, or the error, of an exchange took.
func (p pace) headers(ctx context.Context, x *store.Exchange) error {
	if d := p.of(x.FirstByte); d > 0 {
		return wait(ctx, nil, d)
	}
	return nil
}

// wait waits for d, or until shut is closed or ctx ends. It returns the error of ctx.
func wait(ctx context.Context, shut <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-shut:
	case <-ctx.Done():
		return ctxerr.Of(ctx)
	}
	return nil
}
