package concurrency

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

const layerName = "concurrency"

// A Limiter is the layer that [New] returns. It is safe for concurrent use. Stacks that share
// it share its slots.
type Limiter struct {
	limits []*limit
	order  []*limit // the limits, the narrowest first
	only   *limit   // the limit, if there is just one, and it has no Weight

	matching *match.Set                            // which of order match, ignoring Streams
	scratch  sync.Pool                             // of *scratch
	demands  [sharedDemands]atomic.Pointer[demand] // the shared demands, by a hash of what they need

	adaptive bool // some limit is adaptive
}

// throttle looks for a [layer.Delayer] among the layers that it wraps.
var _ layer.Delayer = (*Limiter)(nil)

// New returns a limiter with one or more limits. It panics without a limit, and on limits
// that make no sense.
func New(limits ...Limit) *Limiter {
	if len(limits) == 0 {
		panic("concurrency: New: no limit")
	}
	l := new(Limiter)
	epoch := time.Now()
	var shared *queue
	if len(limits) > 1 {
		shared = newSharedQueue(epoch)
	}
	for _, each := range limits {
		l.limits = append(l.limits, compile(each, epoch, shared))
		l.adaptive = l.adaptive || each.Adaptive != nil
	}
	if len(limits) == 1 && limits[0].Weight == nil {
		l.only = l.limits[0]
	}
	// A request waits at the narrowest semaphore that has no room: those with their own slots come
	// before those shared by all, and those with few slots before those with many.
	l.order = slices.Clone(l.limits)
	slices.SortStableFunc(l.order, func(a, b *limit) int {
		return cmp.Or(cmp.Compare(a.width(), b.width()), cmp.Compare(a.Max, b.Max))
	})
	matches := make([]*match.Matcher, len(l.order))
	for i, each := range l.order {
		matches[i] = each.match
	}
	l.matching = match.NewSet(matches...)
	return l
}

// Wrap implements [transport.Layer]. A limiter that is twice in a stack counts once, at the
// inner place. Two limiters in a stack both apply. An override replaces both and applies at the
// inner place.
func (l *Limiter) Wrap(next http.RoundTripper) http.RoundTripper {
	another := false
	for _, inner := range transport.Layers(next) {
		if inner == any(l) {
			return layer.Wrap(layerName, l, next, nil)
		}
		if _, ok := inner.(*Limiter); ok {
			another = true
		}
	}
	if another {
		return layer.Wrap(layerName, l, next, l.tripAround())
	}
	return layer.Wrap(layerName, l, next, l.trip())
}

// Attach implements [transport.Override]: calls made with the context take slots of l
// instead of the layer's. All calls that use l share its slots:
//
//	var slow = concurrency.New(concurrency.Limit{Max: 5})
//	ctx = transport.With(ctx, slow)
func (l *Limiter) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{l})
}

// override is what is attached to a context. A nil limiter means off.
type override struct{ limiter *Limiter }

// Needs returns the layer that a limiter needs.
func (o override) Needs() string {
	if o.limiter == nil {
		return ""
	}
	return layerName
}

// Off is an override that acquires no slot, for example for a call made while another call
// to the same host holds one:
//
//	ctx = transport.With(ctx, concurrency.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{})
}

// String returns "concurrency: off".
func (off) String() string { return "concurrency: off" }

// InFlight returns how many slots of all limits and keys are in use.
func (l *Limiter) InFlight() int { return l.count(inUse) }

// Waiting returns how many requests wait for a slot of any limit and key.
func (l *Limiter) Waiting() int { return l.count(waiting) }

func (l *Limiter) count(figure func(uint64) int64) int {
	var n int64
	for _, limit := range l.limits {
		limit.each(func(s *semaphore) { n += figure(s.state.Load()) })
	}
	return int(n)
}

// Slots returns how many slots requests like req have now: the least of all limits that
// match req, where an adaptive limit may have fewer than Max. It returns 0 if no limit
// matches. The route of req is that of the call in its context.
func (l *Limiter) Slots(req *http.Request) int {
	c := layer.CallFrom(req.Context())
	var least int64
	for _, limit := range l.limits {
		if !limit.matches(c, req) {
			continue
		}
		if n := limit.slots(c, req); least == 0 || n < least {
			least = n
		}
	}
	return int(least)
}

// Resize changes the Max of the limits, in the order of [New]. Additional slots can be used
// at once, or as an adaptive limit finds them. Removed slots go as the requests in flight end. A
// waiting request that weighs more than the new Max is rejected with [ErrWeight]. Resize returns an
// error and changes nothing if the number of arguments is not that of the limits, or one
// is below 1.
func (l *Limiter) Resize(maxima ...int) error {
	if len(maxima) != len(l.limits) {
		return fmt.Errorf("concurrency: Resize: got %d maxima, want %d", len(maxima), len(l.limits))
	}
	for _, n := range maxima {
		if n < 1 || n > maxSlots {
			return fmt.Errorf("concurrency: Resize: Max is %d, want 1 to %d", n, maxSlots)
		}
	}
	for i, n := range maxima {
		l.limits[i].max.Store(int64(n))
		l.limits[i].each((*semaphore).grow)
	}
	return nil
}

// Limits returns the current limits.
func (l *Limiter) Limits() []Limit {
	limits := make([]Limit, len(l.limits))
	for i, limit := range l.limits {
		limits[i] = limit.Limit
		limits[i].Max = int(limit.max.Load())
	}
	return limits
}

// String lists the limits.
func (l *Limiter) String() string {
	return "concurrency: " + strings.Join(l.texts(), ", ")
}

// texts returns the limits in words.
func (l *Limiter) texts() []string {
	texts := make([]string, len(l.limits))
	for i, limit := range l.limits {
		texts[i] = limit.text()
	}
	return texts
}

// Explain implements [transport.Explainer]. It takes a limit per host for the bound of the
// whole plan, which is right for a client of one host.
func (l *Limiter) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Slots: true, Single: true, Apart: l.treatsStreamsApart()})
	for _, line := range brief.Lines(l.texts()) {
		p.Note("concurrency: %s", line)
	}
	l.explainStreams(p)
	for _, limit := range l.limits {
		n := int(limit.max.Load())
		if limit.match.All() && limit.Streams == 0 && limit.Key == nil && limit.Scope != transport.ScopeRoute && (p.Concurrency == 0 || n < p.Concurrency) {
			p.Concurrency = n
		}
	}
}
