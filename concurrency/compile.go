package concurrency

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/transport"
)

// limit is a compiled Limit with its semaphores.
type limit struct {
	Limit
	match  *match.Matcher
	queue  int // MaxQueue with its default filled in
	max    atomic.Int64
	seed   keyhash.Seed
	epoch  time.Time // of the limiter
	shared *queue    // the queue of all limits of the limiter; nil if this is the only limit

	last atomic.Pointer[semaphore] // the one used last: most clients have one host
	seen *origin.Memo[*semaphore]  // by host; nil if the slots are not per host or have a Weight
	// mu guards sems. The mu of a queue may be locked while it is held, but not the other way
	// round.
	mu   sync.RWMutex
	sems bounded.Map[key, *semaphore]
}

// compile compiles a Limit. It panics if the Limit is invalid.
func compile(l Limit, epoch time.Time, shared *queue) *limit {
	fail := func(format string, args ...any) {
		panic("concurrency: Limit: " + fmt.Sprintf(format, args...))
	}
	switch {
	case l.Max < 1 || l.Max > maxSlots:
		fail("Max is %d, want 1 to %d", l.Max, maxSlots)
	case l.Scope > transport.ScopeAll:
		fail("unknown Scope %d", l.Scope)
	case l.MaxQueue < NoQueue || l.MaxQueue > maxSlots:
		fail("MaxQueue is %d, want 0 to %d, or NoQueue", l.MaxQueue, maxSlots)
	case l.Streams > ExceptStreams:
		fail("unknown Streams %d", l.Streams)
	case l.MaxWait < 0:
		fail("MaxWait is negative: %s", l.MaxWait)
	}
	if l.Adaptive != nil {
		checked, wrong := l.Adaptive.check(l.Max)
		if wrong != "" {
			fail("%s", wrong)
		}
		l.Adaptive = &checked
	}
	m, err := match.Compile(l.fields())
	if err != nil {
		fail("%v", err)
	}
	c := &limit{Limit: l, match: m, queue: l.MaxQueue, seed: keyhash.New(), epoch: epoch, shared: shared}
	c.sems = bounded.Map[key, *semaphore]{Max: maxKeys, Every: int64(sweepEvery)}
	switch l.MaxQueue {
	case 0:
		c.queue = defaultMaxQueue
	case NoQueue:
		c.queue = 0
	}
	c.max.Store(int64(l.Max))
	if l.Scope == transport.ScopeHost && l.Key == nil && l.Weight == nil {
		c.seen = new(origin.Memo[*semaphore])
	}
	return c
}

// width returns how widely the slots of a key are shared: 0 by some requests to a host, 1 by all
// requests to a host, 2 by all requests.
func (l *limit) width() int {
	switch {
	case l.Key != nil || l.Scope == transport.ScopeRoute:
		return 0
	case l.Scope == transport.ScopeHost:
		return 1
	}
	return 2
}

// text returns the current text of the limit.
func (l *limit) text() string {
	now := l.Limit
	now.Max = int(l.max.Load())
	return now.String()
}
