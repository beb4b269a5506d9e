//go:build !older

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

// The names of the admissions, which are timed alone, without a call.
const (
	admitNothing   = "admit: nothing"
	admitOurs      = "admit: NewStore"
	admitOursExact = "admit: NewStore, exact"
	admitStore     = "admit: memorystore"
	admitRate      = "admit: x/time/rate"
	admitSemaphore = "admit: x/sync/semaphore"
)

// neverReached is a limit per second that no loop reaches. The limit of 1000 in a microsecond is
// not reached either, and is low enough that each send is recorded by itself.
const neverReached = 1_000_000_000

var errRejected = errors.New("rejected")

// An admission asks a limiter whether a call may be sent. A call that may not waits or is rejected.
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
				return errRejected
			}
			return err
		}
	}
	window := func(limit int, per time.Duration) func(context.Context) error {
		return take(exact.NewStore(limit, per))
	}
	return []admission{
		{name: admitOurs, limit: neverReached, per: time.Second, build: window},
		{name: admitOursExact, limit: 1000, per: time.Microsecond, build: window},
		{name: admitStore, limit: neverReached, per: time.Second, build: func(limit int, per time.Duration) func(context.Context) error {
			s, err := memorystore.New(&memorystore.Config{
				Tokens: uint64(limit), Interval: per, DisablePurge: true, //nolint:gosec // not negative
			})
			if err != nil {
				return func(context.Context) error { return err }
			}
			return take(s)
		}},
		{name: admitRate, limit: neverReached, per: time.Second, build: func(limit int, per time.Duration) func(context.Context) error {
			return rate.NewLimiter(rate.Limit(float64(limit)/per.Seconds()), limit).Wait
		}},
		{name: admitSemaphore, limit: neverReached, build: func(limit int, _ time.Duration) func(context.Context) error {
			s := semaphore.NewWeighted(int64(limit))
			return func(ctx context.Context) error { return s.Acquire(ctx, 1) }
		}},
	}
}

// check returns an error unless the admission admits exactly the limit.
func (a admission) check() error {
	const limit = 3
	admit := a.build(limit, time.Hour)
	for i := range limit {
		if err := admit(context.Background()); err != nil {
			return fmt.Errorf("%s: number %d of %d: %w", a.name, i+1, limit, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), trialTime)
	defer cancel()
	if admit(ctx) == nil {
		return fmt.Errorf("%s: more than %d were admitted", a.name, limit)
	}
	return nil
}

// bench returns a bench of a that never limits. Nothing is released, since the run ends
// before neverReached is used up.
func (a admission) bench(callers int) *bench {
	b := &bench{stack: &stack{name: a.name}}
	admit := a.build(a.limit, a.per)
	ctx := context.Background()
	for range callers {
		b.run = append(b.run, func() error { return admit(ctx) })
	}
	return b
}

// admitted returns the benches of the admissions, and that of the loop around them alone.
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

// checkAdmissions checks all admissions before the timing.
func checkAdmissions() error {
	for _, a := range admissions() {
		if err := a.check(); err != nil {
			return err
		}
	}
	return nil
}

// throttleAll returns a throttle with one rule for all requests.
func throttleAll(k settings, _ *built) gracy.Layer {
	return throttle.New(throttle.Rule{Limit: k.limit, Per: k.per, Margin: throttle.NoMargin})
}

func admissionSection() section {
	const title = "Admission that never limits, one rule or limit"
	return section{title, []row{
		over(admitNothing, admitOurs, "**exact.NewStore**, Take: any window holds at most the limit; over an empty loop"),
		over(admitNothing, admitOursExact, "exact.NewStore, Take, each send recorded by itself; over an empty loop"),
		over(admitNothing, admitStore, "go-limiter memorystore, Take: up to twice the limit; over an empty loop"),
		over(admitNothing, admitRate, "x/time/rate, Wait: a token bucket; over an empty loop"),
		over(admitNothing, admitSemaphore, "x/sync/semaphore, Acquire alone: it counts, and reads no clock; over an empty loop"),
		over(oneNoop, throttleEvery, "**throttle** as a layer, a rule of every request; over the no-op layer"),
		over(bare, rateByHandName, "x/time/rate as a layer by hand; over the bare base"),
		over(oneNoop, slotOurs, "**concurrency** as a layer, a slot to the body's end; over the no-op layer"),
		over(bare, slotByHandName, "x/sync/semaphore as a layer by hand, a slot to the body's end; over the bare base"),
	}}
}

// admissionLines returns red lines that compare each limiter of this project with others for the
// same job.
func admissionLines(benches map[string]*bench) []redLine {
	var lines []redLine
	for _, l := range []struct{ base, ours, otherBase, other string }{
		{admitNothing, admitOurs, admitNothing, admitStore},
		{admitNothing, admitOurs, admitNothing, admitRate},
		{oneNoop, throttleEvery, bare, rateByHandName},
		{oneNoop, slotOurs, bare, slotByHandName},
	} {
		own, ok := over(l.base, l.ours, "").work(benches)
		other, there := over(l.otherBase, l.other, "").work(benches)
		if !ok || !there || len(benches[l.ours].cost[oneCore]) == 0 {
			continue
		}
		for mode, where := range []string{"one core", "both cores"} {
			x, y := own.cost[mode].cpu.mid, other.cost[mode].cpu.mid
			lines = append(lines, redLine{
				fmt.Sprintf("%s at most %s, processor, %s", l.ours, l.other, where), fmt.Sprintf("%.2f", x/y), y > 0 && x <= y, true,
			})
		}
	}
	return lines
}
