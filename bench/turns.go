package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"
)

// turns are the flags of a command that measures stacks of one or two builds in turn.
type turns struct {
	base   string
	rounds int
	slice  time.Duration
	twice  bool // base has a second worker, named again
}

// again is the name of a second worker of the other commit. It is a control, since it does not
// differ from the first.
const again = "the same again"

func parseTurns(name string, args []string, rounds int, slice time.Duration, progress io.Writer) (o turns, err error) {
	flags := flag.NewFlagSet("bench "+name, flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&o.base, "base", "", "a commit whose layers are measured too, by this bench")
	flags.IntVar(&o.rounds, "rounds", rounds, "rounds over all stacks")
	flags.DurationVar(&o.slice, "slice", slice, "time of a stack in a round")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 || o.slice < time.Millisecond || flags.NArg() > 0 {
		return o, errors.New("-rounds must be at least 1 and -slice at least 1ms, and there are no further arguments")
	}
	return o, nil
}

// A loopRun is a worker with the name of its build.
type loopRun struct {
	name string
	*worker
}

// withWorkers calls f with a worker of each build.
func (o turns) withWorkers(ctx context.Context, f func([]loopRun) error) (err error) {
	builds, done, err := buildAll(ctx, o.base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if o.twice {
		builds = append(builds, &build{name: again, program: builds[len(builds)-1].program})
	}
	var runs []loopRun
	defer func() {
		for _, r := range runs {
			err = errors.Join(err, r.stop())
		}
	}()
	for _, b := range builds {
		w, err := b.start(ctx)
		if err != nil {
			return err
		}
		runs = append(runs, loopRun{b.name, w})
	}
	return f(runs)
}

// A pair is a slice of a stack and a slice of the bare base, or of another stack that its row is
// over, one immediately after the other.
type pair struct{ stack, bare result }

// rate returns the rate of the stack over that of the bare base, processor the same for the
// processor time per unit, and added the µs that the stack adds to that time.
func (p pair) rate() float64      { return p.stack.rate() / p.bare.rate() }
func (p pair) processor() float64 { return p.stack.cpu() / p.bare.cpu() }
func (p pair) added() float64     { return (p.stack.cpu() - p.bare.cpu()) / 1e3 }

// A loopKey identifies the pairs of a stack of a build.
type loopKey struct{ build, stack string }

// measure calls each stack of each build once per round, in a new order, immediately before or
// after what its row is over.
func (t loopTable) measure(ctx context.Context, runs []loopRun, rounds int) (map[loopKey][]pair, error) {
	measured := make(map[loopKey][]pair)
	for round := range rounds + 1 {
		for _, i := range rand.Perm(len(runs) * len(t.rows)) {
			run, name, below := runs[i%len(runs)], t.rows[i/len(runs)].plus[0], t.rows[i/len(runs)].minus[0]
			var p pair
			turns := []struct {
				name string
				into *result
			}{{below, &p.bare}, {name, &p.stack}}
			if rand.IntN(2) == 0 {
				slices.Reverse(turns)
			}
			for _, turn := range turns {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				var err error
				if *turn.into, err = run.do(task{Stack: turn.name, Way: t.way, Callers: t.call, Time: t.time}); err != nil {
					return nil, err
				}
			}
			if round > 0 { // the first round opens connections
				key := loopKey{run.name, name}
				measured[key] = append(measured[key], p)
			}
		}
	}
	return measured, nil
}

func each(pairs []pair, of func(pair) float64) (v []float64) {
	for _, p := range pairs {
		v = append(v, of(p))
	}
	return v
}

// spreadOf prints a median and its quartiles.
func spreadOf(digits int, v []float64) string {
	q := quartilesOf(v)
	return fmt.Sprintf("%.[1]*[2]f (%.[1]*[3]f to %.[1]*[4]f)", digits, q.mid, q.low, q.high)
}
