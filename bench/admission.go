package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/memorystore"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/throttle/exact"
)

// names of the admissions, which are timed without a call around them.
const (
	admitNothing   = "admit: nothing"
	admitOurs      = "admit: NewStore"
	admitOursExact = "admit: NewStore, exact"
	admitStore     = "admit: memorystore"
	admitRate      = "admit: x/time/rate"
	admitSemaphore = "admit: x/sync/semaphore"
)

// often is a limit that no loop reaches, of a window of a second. 1000 in a
// microsecond is one as well, small enough that each send is kept by itself.
const often = 1_000_000_000

var errRefused = errors.New("refused")

// An admission asks a limiter whether a call may go, and waits or is refused if not.
type admission struct {
	name  string
	limit int
	per   time.Duration
	build func(limit int, per time.Duration) func(context.Context) error
}

func admissions() []admission {
	take := func(s limiter.Store) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, _, ok, err := s.Take(ctx, "key")
			if !ok && err == nil {
				return errRefused
			}
			return err
		}
	}
	window := func(limit int, per time.Duration) func(context.Context) error {
		return take(exact.NewStore(limit, per))
	}
	return []admission{
		{name: admitOurs, limit: often, per: time.Second, build: window},
		{name: admitOursExact, limit: 1000, per: time.Microsecond, build: window},
		{name: admitStore, limit: often, per: time.Second, build: func(limit int, per time.Duration) func(context.Context) error {
			s, err := memorystore.New(&memorystore.Config{
				Tokens: uint64(limit), Interval: per, DisablePurge: true, //nolint:gosec // not negative
			})
			if err != nil {
				return func(context.Context) error { return err }
			}
			return take(s)
		}},
		{name: admitRate, limit: often, per: time.Second, build: func(limit int, per time.Duration) func(context.Context) error {
			return rate.NewLimiter(rate.Limit(float64(limit)/per.Seconds()), limit).Wait
		}},
		{name: admitSemaphore, limit: often, build: func(limit int, _ time.Duration) func(context.Context) error {
			s := semaphore.NewWeighted(int64(limit))
			return func(ctx context.Context) error { return s.Acquire(ctx, 1) }
		}},
	}
}

// check shows that it admits as much as the limit and no more.
func (a admission) check() error {
	const limit = 3
	admit := a.build(limit, time.Hour)
	for i := range limit {
		if err := admit(context.Background()); err != nil {
			return fmt.Errorf("%s: number %d of %d: %w", a.name, i+1, limit, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), trial)
	defer cancel()
	if admit(ctx) == nil {
		return fmt.Errorf("%s: more than %d were admitted", a.name, limit)
	}
	return nil
}

// bench is a, never limiting. Nothing is given back: often outlasts the run.
func (a admission) bench(callers int) *bench {
	b := &bench{stack: &stack{name: a.name}}
	admit := a.build(a.limit, a.per)
	ctx := context.Background()
	for range callers {
		b.run = append(b.run, func() error { return admit(ctx) })
	}
	return b
}

// admitted is what is timed beside the stacks: each admission, and the loop
// around it.
func admitted() []*bench {
	n := runtime.GOMAXPROCS(0)
	none := admission{name: admitNothing, build: func(int, time.Duration) func(context.Context) error {
		return func(context.Context) error { return nil }
	}}
	list := []*bench{none.bench(n)}
	for _, a := range admissions() {
		list = append(list, a.bench(n))
	}
	return list
}

// checkAdmissions is for before the timing.
func checkAdmissions() error {
	for _, a := range admissions() {
		if err := a.check(); err != nil {
			return err
		}
	}
	return nil
}

// throttleAll is a rule of every request.
func throttleAll(k knobs, _ *built) gracy.Layer {
	return throttle.New(throttle.Rule{Limit: k.limit, Per: k.per, Margin: throttle.NoMargin})
}

func admissionSection() section {
	const title = "Admission that never limits, one rule or limit"
	return section{title, []row{
		over(admitNothing, admitOurs, "**exact.NewStore**, Take: any window holds at most the limit; over an empty loop"),
		over(admitNothing, admitOursExact, "exact.NewStore, Take, each send kept by itself; over an empty loop"),
		over(admitNothing, admitStore, "go-limiter memorystore, Take: up to twice the limit; over an empty loop"),
		over(admitNothing, admitRate, "x/time/rate, Wait: a token bucket; over an empty loop"),
		over(admitNothing, admitSemaphore, "x/sync/semaphore, Acquire alone: it counts, and reads no clock; over an empty loop"),
		over(oneNoop, throttleEvery, "**throttle** as a layer, a rule of every request; over the no-op layer"),
		over(bare, ratePeer, "x/time/rate as a layer by hand; over the bare base"),
		over(oneNoop, slotOurs, "**concurrency** as a layer, a slot to the body's end; over the no-op layer"),
		over(bare, slotPeer, "x/sync/semaphore as a layer by hand, a slot to the body's end; over the bare base"),
	}}
}

// admissionLines compare ours with those that do the same job.
func admissionLines(benches map[string]*bench) []redLine {
	var lines []redLine
	for _, l := range []struct{ base, ours, otherBase, other string }{
		{admitNothing, admitOurs, admitNothing, admitStore},
		{admitNothing, admitOurs, admitNothing, admitRate},
		{oneNoop, throttleEvery, bare, ratePeer},
		{oneNoop, slotOurs, bare, slotPeer},
	} {
		own, ok := over(l.base, l.ours, "").work(benches)
		other, there := over(l.otherBase, l.other, "").work(benches)
		if !ok || !there || len(benches[l.ours].cost[serial]) == 0 {
			continue
		}
		for mode, where := range []string{"one core", "both cores"} {
			x, y := own.cost[mode].cpu.mid, other.cost[mode].cpu.mid
			lines = append(lines, redLine{
				fmt.Sprintf("%s at most %s, processor, %s", l.ours, l.other, where), fmt.Sprintf("%.2f", x/y), y > 0 && x <= y,
			})
		}
	}
	return lines
}
