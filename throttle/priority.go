package throttle

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// Priority is the override for who goes first among those who wait: a call of
// priority p is taken for one that came p seconds earlier, of a negative one for
// one that came later. So an urgent call overtakes those of the last p seconds,
// and who has waited p seconds longer is not overtaken: nobody is starved.
//
//	ctx = transport.With(ctx, throttle.Priority(10))
//
// It is for rules and pauses, not for slots ([concurrency] has its own), and
// does nothing while nobody waits. Default 0. What is beyond 1,000,000 counts as
// that.
//
// [concurrency]: https://pkg.go.dev/github.com/gracy-go/gracy/concurrency#Priority
type Priority int

// Attach implements [transport.Override].
func (p Priority) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, p)
}

const maxPriority = 1_000_000

// worth is the time that p is worth, in nanoseconds.
func (p Priority) worth() int64 {
	return int64(min(max(p, -maxPriority), maxPriority)) * int64(time.Second)
}
