package transport

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/setting"
)

// Priority is the override that decides which of several waiting requests goes first, for a rate
// limit, a pause or a slot. A request of priority p is queued as if it had arrived p seconds
// earlier, or later if p is negative. So an urgent request overtakes those of the last p seconds,
// but none that has waited p seconds longer: no request starves.
//
//	ctx = transport.With(ctx, transport.Priority(10))
//
// The default is 0. A priority beyond ±1,000,000 counts as ±1,000,000. It has no effect while no
// request waits.
type Priority int

// Attach implements [Override].
func (p Priority) Attach(ctx context.Context) context.Context { return setting.With(ctx, p) }

// maxPriority keeps Advance within a [time.Duration].
const maxPriority = 1_000_000

// Advance returns how much earlier the request is taken to have arrived.
func (p Priority) Advance() time.Duration {
	return time.Duration(min(max(p, -maxPriority), maxPriority)) * time.Second
}
