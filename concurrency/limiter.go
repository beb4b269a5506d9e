package concurrency

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

const layerName = "concurrency"

// A Limiter is the layer of one or more limits. It is safe for concurrent use;
// stacks that share it share its slots.
type Limiter struct {
	limits []*limit
	queue  *queue
	epoch  time.Time
	ids    atomic.Uint64 // of semaphores
	idle   atomic.Int64  // connections per host that the http.Transport below keeps

	adaptive bool // some limit is
}

var _ layer.Delayer = (*Limiter)(nil)

// New returns the limiter of the limits. It panics on none, and on limits that
// make no sense.
func New(limits ...Limit) *Limiter {
	if len(limits) == 0 {
		panic("concurrency: New: no limit")
	}
	l := &Limiter{queue: newQueue(), epoch: time.Now()}
	for _, each := range limits {
		c := compile(each)
		c.limiter = l
		l.limits = append(l.limits, c)
		l.adaptive = l.adaptive || each.Adaptive != nil
	}
	return l
}

// since is how long ago the limiter was made: the clock of its queue.
func (l *Limiter) since() int64 { return int64(time.Since(l.epoch)) }

// Wrap implements [transport.Layer]. The same limiter twice in a stack counts
// once, at the inner place.
//
// Of two limiters in a stack both apply, of an override the inner place only.
func (l *Limiter) Wrap(next http.RoundTripper) http.RoundTripper {
	another := false
	if next == nil {
		next = http.DefaultTransport
	}
	for _, inner := range transport.Layers(next) {
		if inner == any(l) {
			return layer.Wrap(layerName, l, next, nil)
		}
		if _, ok := inner.(*Limiter); ok {
			another = true
		}
		if t, ok := inner.(*http.Transport); ok {
			l.idle.Store(int64(idlePerHost(t)))
		}
	}
	return layer.Wrap(layerName, l, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return l.trip(c, req, next, another)
	})
}

func idlePerHost(t *http.Transport) int {
	switch {
	case t.DisableKeepAlives:
		return 0
	case t.MaxIdleConnsPerHost == 0:
		return http.DefaultMaxIdleConnsPerHost
	}
	return t.MaxIdleConnsPerHost
}

// Attach makes the limiter an override: calls made with the context take its
// slots in place of the layer's. The slots are its own, so that all who use it
// together stay within it:
//
//	var slow = concurrency.New(concurrency.Limit{Max: 5})
//	ctx = transport.With(ctx, slow)
func (l *Limiter) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{l})
}

// override is what is attached to a context; nil is off.
type override struct{ limiter *Limiter }

// Off is the override that takes no slot, for calls that are made while another
// one of the same host is held, say:
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

// InFlight returns how many slots are in use, of all limits and keys.
func (l *Limiter) InFlight() int {
	n := int64(0)
	for _, limit := range l.limits {
		limit.each(func(s *semaphore) { n += inUse(s.state.Load()) })
	}
	return int(n)
}

// Slots returns how many slots requests like req have now, the least of all
// limits that match it: Max, or what [Adaptive] found below it; 0 if none
// matches. The route of req is the one of its context's call.
func (l *Limiter) Slots(req *http.Request) int {
	c := layer.CallFrom(req.Context())
	var least int64
	for _, limit := range l.limits {
		if !limit.match.Match(c, req) {
			continue
		}
		n := limit.max.Load()
		if limit.Adaptive != nil && (c != nil || limit.Scope != transport.ScopeRoute || limit.Key != nil) {
			k := limit.keyOf(c, req)
			limit.mu.RLock()
			s, ok := limit.sems.Get(k)
			limit.mu.RUnlock()
			if ok {
				n = s.room()
			} else {
				n = min(n, int64(limit.Adaptive.Start))
			}
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return int(least)
}

// Waiting returns how many requests wait for slots.
func (l *Limiter) Waiting() int {
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	return l.queue.waiting
}

// Resize changes the Max of the limits, given in the order of [New]. More slots
// are used at once, where an adaptive limit finds them; fewer, as the requests in
// flight end. A request that waits and weighs more than Max is then rejected with
// [ErrWeight]. It changes nothing and returns an error if there are not as many
// figures as limits, or one is below 1.
func (l *Limiter) Resize(maxima ...int) error {
	if len(maxima) != len(l.limits) {
		return fmt.Errorf("concurrency: Resize: %d figures for %d limits", len(maxima), len(l.limits))
	}
	for _, n := range maxima {
		if n < 1 || n > mostSlots {
			return fmt.Errorf("concurrency: Resize: Max is %d, want at least 1", n)
		}
	}
	for i, n := range maxima {
		l.limits[i].max.Store(int64(n))
		l.limits[i].each((*semaphore).grow)
	}
	return nil
}

// Limits returns the limits as they are now.
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
	texts := make([]string, len(l.limits))
	for i, limit := range l.limits {
		texts[i] = limit.text()
	}
	return "concurrency: " + strings.Join(texts, ", ")
}

// Explain implements [transport.Explainer]. A limit per host counts as the bound
// of the whole plan, which is what it is for a client of one host.
func (l *Limiter) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Slots: true, Single: true})
	p.Note("%s", l.String())
	for _, limit := range l.limits {
		n := int(limit.max.Load())
		if limit.match.All() && limit.Key == nil && limit.Scope != transport.ScopeRoute && (p.Concurrency == 0 || n < p.Concurrency) {
			p.Concurrency = n
		}
	}
	if idle := int(l.idle.Load()); p.Concurrency > idle && idle > 0 {
		p.Warn("concurrency: %d at once, but the transport keeps %d idle connections per host (MaxIdleConnsPerHost): over HTTP/1.1 the others are made anew each time", p.Concurrency, idle)
	}
}
