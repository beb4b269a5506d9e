package concurrency

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// Priority is the override for who gets the next slot: a call of priority p is
// taken for one that came p seconds earlier, of a negative one for one that came
// later. So an urgent call overtakes those of the last p seconds, and who has
// waited p seconds longer is not overtaken: nobody is starved.
//
//	ctx = transport.With(ctx, concurrency.Priority(10))
//
// Default 0. What is beyond 1,000,000 counts as that.
type Priority int

// Attach implements [transport.Override].
func (p Priority) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, p)
}

const maxPriority = 1_000_000

// rank is where a request of ctx that comes now stands.
func rank(ctx context.Context, epoch time.Time) int64 {
	p, _ := layer.Setting[Priority](ctx)
	return int64(time.Since(epoch)) - int64(min(max(p, -maxPriority), maxPriority))*int64(time.Second)
}
