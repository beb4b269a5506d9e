package transport

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/setting"
)

// Priority is the override that decides which of the requests that wait goes
// first, for a rate limit, a pause or a slot: a request of priority p is queued
// as if it had come p seconds earlier, one of a negative priority as if it had
// come later. So an urgent request overtakes those of the last p seconds, and a
// request that has waited p seconds longer is not overtaken: none starves.
//
//	ctx = transport.With(ctx, transport.Priority(10))
//
// The default is 0. A priority beyond ±1,000,000 counts as that. It does nothing
// while no request waits.
type Priority int

// Attach implements [Override].
func (p Priority) Attach(ctx context.Context) context.Context { return setting.With(ctx, p) }

// maxPriority keeps Advance within a [time.Duration].
const maxPriority = 1_000_000

// Advance returns how much earlier the request is taken to have come.
func (p Priority) Advance() time.Duration {
	return time.Duration(min(max(p, -maxPriority), maxPriority)) * time.Second
}
