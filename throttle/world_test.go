package throttle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport"
)

// load describes a world.
type load struct {
	mode    func(i int) (m Mode, store bool) // of each rule
	latency time.Duration                    // the longest way to the server, and back
	order   string                           // where the slots are
	pause   Pause
}

// world is a random load on random rules, and its outcome.
type world struct {
	load
	rules   []Rule // with the highest Limit and the shortest Per that they ever have
	limiter *Limiter
	outer   *Limiter // in the order "between two limiters"
	slots   *concurrency.Limiter
	events  *observer

	mu      sync.Mutex
	calls   []*caller
	sent    []event // at the base
	handled []event // at the server, a latency later
	pauses  [][2]time.Time
	peak    int
	now     int
	seen    tally
}

// caller is a call.
type caller struct {
	path     string
	cost     int
	actual   int
	known    time.Time // when actual was, zero if never
	came     time.Time
	left     time.Time // zero if it was not sent
	priority transport.Priority
}

type event struct {
	*caller
	at time.Time
}

// tally counts rare events, so that they do not disappear from the load unnoticed.
type tally struct {
	pauses, held, canceled, rejected, overtook, limits, pers, less, more, keyed, margined int
}

type wire func(*http.Request) (*http.Response, error)

func (f wire) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func costOf(req *http.Request) int { return strings.Count(req.URL.Path, "$") + 1 }

func keyOf(path string) string {
	_, key, _ := strings.Cut(path, "@")
	return key
}

// play runs the load of a seed.
func play(t *testing.T, seed uint64, how load) *world {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	w := &world{load: how, events: &observer{kinds: layer.Paused | layer.WaitBegin}}
	for i := range 1 + r.IntN(5) {
		w.rules = append(w.rules, w.rule(r, i))
	}
	config := Config{Rules: w.rules, Pause: w.pause}
	w.limiter = NewLimiter(config)
	w.slots = concurrency.New(concurrency.Limit{Max: 4, MaxQueue: 1000})
	base := w.base(rand.New(rand.NewPCG(seed, 5)))
	var stack http.RoundTripper
	switch w.order {
	case "slots outside":
		stack = w.slots.Wrap(w.limiter.Wrap(base))
	case "slots inside":
		stack = w.limiter.Wrap(w.slots.Wrap(base))
	case "between two limiters":
		w.outer = NewLimiter(config)
		stack = w.outer.Wrap(w.slots.Wrap(w.limiter.Wrap(base)))
	default:
		stack = w.limiter.Wrap(base)
	}
	stack = w.events.Wrap(stack)
	var wg sync.WaitGroup
	for range 250 {
		if r.IntN(20) == 0 {
			w.change(r)
		}
		c := &caller{path: "/", came: time.Now()}
		for i := range w.rules {
			if r.IntN(2) == 0 {
				c.path += fmt.Sprintf("r%d", i)
			}
		}
		c.path += strings.Repeat("$", r.IntN(3)) + "@" + string(rune('a'+r.IntN(2)))
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		switch r.IntN(4) {
		case 0:
			ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Millisecond)
		case 1:
			ctx, cancel = context.WithCancel(ctx)
			time.AfterFunc(time.Duration(r.IntN(2000))*time.Millisecond, cancel)
		}
		if r.IntN(4) == 0 {
			c.priority = transport.Priority(r.IntN(9) - 4)
			ctx = transport.With(ctx, c.priority)
		}
		reports, actual := r.IntN(6) == 0, r.IntN(7)
		w.calls = append(w.calls, c)
		wg.Go(func() {
			defer cancel()
			w.call(ctx, stack, c, reports, actual)
		})
		time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
	}
	wg.Wait()
	w.count()
	return w
}

func (w *world) rule(r *rand.Rand, i int) Rule {
	rule := Rule{
		URL: fmt.Sprintf("r%d", i), Limit: 3 + r.IntN(12), Per: time.Duration(50+r.IntN(1500)) * time.Millisecond, Margin: NoMargin,
		Cost: costOf,
	}
	var store bool
	if rule.Mode, store = w.mode(i); store {
		rule.Store = &storetest.FixedWindow{Limit: rule.Limit, Per: rule.Per}
		rule.Cost = nil
		return rule
	}
	if rule.Mode == Paced {
		rule.Burst = r.IntN(rule.Limit + 1)
	}
	if r.IntN(4) == 0 {
		rule.Margin = time.Duration(r.IntN(40)) * time.Millisecond // 0 is the default
		w.seen.margined++
	}
	if r.IntN(3) == 0 {
		rule.Key = func(req *http.Request) string { return keyOf(req.URL.Path) }
		w.seen.keyed++
	}
	return rule
}

// change changes a rule, which never allows more than at first.
func (w *world) change(r *rand.Rand) {
	rules := w.limiter.Rules()
	i := r.IntN(len(rules))
	per := rules[i].Per
	rules[i].Limit = w.rules[i].Limit - r.IntN(3)
	rules[i].Burst = 0
	if r.IntN(2) == 0 {
		rules[i].Per = w.rules[i].Per + time.Duration(r.IntN(2)*r.IntN(500))*time.Millisecond
	}
	if w.limiter.SetRules(rules...) != nil {
		return // it has no say over stores
	}
	w.seen.limits++
	if rules[i].Per != per {
		w.seen.pers++
	}
}

// callerKey finds the call in the context of its request.
type callerKey struct{}

// call makes a call. If reports is set it reports what the call cost.
func (w *world) call(ctx context.Context, rt http.RoundTripper, c *caller, reports bool, actual int) {
	ctx, spent := WithUsage(context.WithValue(ctx, callerKey{}, c))
	_, err := get(ctx, rt, c.path)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case c.left.IsZero() && errors.Is(err, context.Canceled):
		w.seen.canceled++
	case errors.Is(err, ErrDeadline):
		w.seen.rejected++
	case err == nil && reports && w.outer == nil: // of two limiters only the outer one gets reports
		spent.Report(actual)
		if c.actual, c.known = actual, time.Now(); actual < c.cost {
			w.seen.less++
		} else if actual > c.cost {
			w.seen.more++
		}
	}
}

// base is the network and the server. A caller that gives up does not stop it.
func (w *world) base(far *rand.Rand) http.RoundTripper {
	return wire(func(req *http.Request) (*http.Response, error) {
		w.mu.Lock()
		var up, down time.Duration
		if w.latency > 0 {
			up, down = time.Duration(far.Int64N(int64(w.latency))), time.Duration(far.Int64N(int64(w.latency)))
		}
		c, _ := req.Context().Value(callerKey{}).(*caller)
		c.cost, c.left = costOf(req), time.Now()
		w.sent = append(w.sent, event{c, c.left})
		w.handled = append(w.handled, event{c, c.left.Add(up)})
		luck := far.IntN(160)
		w.now++
		w.peak = max(w.peak, w.now)
		w.mu.Unlock()
		defer func() { w.mu.Lock(); w.now--; w.mu.Unlock() }()
		select {
		case <-time.After(up + down):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		// A wait that is asked for twice could be a constant.
		limit := func(status, ms int) (*http.Response, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			ms += len(w.pauses)
			now := time.Now()
			w.pauses = append(w.pauses, [2]time.Time{now, now.Add(time.Duration(ms) * time.Millisecond)})
			return reply(req, status, "Retry-After-Ms", strconv.Itoa(ms)), nil
		}
		switch luck {
		case 0:
			return limit(429, 400)
		case 1:
			return limit(503, 1000)
		case 2:
			return limit(403, 90)
		case 3:
			return reply(req, 429), nil // without a hint
		}
		return reply(req, 200), nil
	})
}
