package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
)

// loopRows returns the stacks of the table of loopback, in order. The last two are controls.
func loopRows() []row {
	return []row{
		over(bare, chain, "**chain** of the README"),
		over(bare, chainTimed, "chain and timeouts: total, idle, attempt"),
		over(bare, baselineSix, "**baseline-6**: the same work by hand"),
		over(bare, fused, "**baseline-fused**: the happy path of chain by hand, with a Call"),
		over(bare, assembledSix, "**assembled**: promhttp, slog off, rehttp, x/sync, x/time"),
		over(bare, bare, "control: bare again"),
		over(bare, busy, "control: bare, and 20 µs of work a call"),
	}
}

// A loopTable is a table whose stacks are measured in turn with some way to call.
type loopTable struct {
	title string
	unit  string
	way   string
	call  int           // callers
	time  time.Duration // of a slice
	rows  []row
}

func loopTables(slice time.Duration, callers []int) (tables []loopTable) {
	for _, n := range callers {
		tables = append(tables, loopTable{fmt.Sprintf("callers: %d", n), "a response", small, n, slice, loopRows()})
	}
	return append(tables,
		loopTable{"a body of 64 MiB, one caller", "a MiB", large, 1, 0, loopRows()[:5]},
		loopTable{"5000 events of a stream, one caller", "an event", events, 1, 0, loopRows()[:5]})
}

// runLoopback is the command "loopback".
func runLoopback(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parseTurns("loopback", args, 40, 40*time.Millisecond, progress)
	if err != nil {
		return err
	}
	return o.withWorkers(ctx, func(runs []loopRun) error {
		fmt.Fprintf(out, "%s, %s/%s, GOMAXPROCS %d, HTTP/1.1 over loopback, the server in the same process, %d rounds in turn: medians and quartiles of what is taken inside a round.\n",
			runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), o.rounds)
		for _, t := range loopTables(o.slice, []int{1, 16, 64}) {
			fmt.Fprintf(progress, "bench: %s\n", t.title)
			if err := t.run(ctx, out, runs, o.rounds); err != nil {
				return err
			}
		}
		return nil
	})
}

// run measures a table and prints it.
func (t loopTable) run(ctx context.Context, out io.Writer, runs []loopRun, rounds int) error {
	measured, err := t.measure(ctx, runs, rounds)
	if err != nil {
		return err
	}
	var lines [][]string
	var own []float64
	for i, run := range runs {
		leastOf := measured[loopKey{run.name, fused}]
		for _, r := range t.rows {
			if i > 0 && !ownLayers(r.plus[0]) {
				continue
			}
			pairs := measured[loopKey{run.name, r.plus[0]}]
			text := r.text
			if ownLayers(r.plus[0]) && len(runs) > 1 {
				text += ", " + run.name
			}
			var besides []float64
			for i, p := range pairs {
				own = append(own, p.bare.cpu()/1e3)
				besides = append(besides, p.rate()/leastOf[i].rate())
			}
			lines = append(lines, []string{
				text, spreadOf(3, each(pairs, pair.rate)), spreadOf(3, besides),
				spreadOf(3, each(pairs, pair.processor)), spreadOf(2, each(pairs, pair.added)),
			})
		}
	}
	fmt.Fprintf(out, "\n### %s\n\nBare: %s µs of processor time %s.\n\n", t.title, spreadOf(2, own), t.unit)
	table(out, []string{
		"what", "rate ÷ bare", "÷ baseline-fused", "processor ÷ bare", "processor µs over bare, " + t.unit,
	}, lines)
	if problem := conclusive(measured, runs[0].name); problem != "" {
		fmt.Fprintf(out, "\n**This table shows nothing**: %s.\n", problem)
	}
	return nil
}

// busyTime is what the control of a table adds to a call.
const busyTime = 20 * time.Microsecond

// conclusive looks at the controls of a table. It returns what is wrong if the table shows a
// difference where there is none, or not the difference that there is. It returns "" otherwise, and
// if there are no controls.
func conclusive(measured map[loopKey][]pair, build string) string {
	none, some := measured[loopKey{build, bare}], measured[loopKey{build, busy}]
	if len(none) == 0 || len(some) == 0 {
		return ""
	}
	added := float64(busyTime) / 1e3
	if q := quartilesOf(each(none, pair.added)); q.mid < -added/4 || q.mid > added/4 {
		return fmt.Sprintf("bare over bare takes %.1f µs", q.mid)
	}
	// A busy caller keeps the other processors looking for work, so that up to twice its time may
	// be spent.
	if q := quartilesOf(each(some, pair.added)); q.mid < added/2 || q.mid > added*3 {
		return fmt.Sprintf("%.0f µs of work are %.1f", added, q.mid)
	}
	return ""
}

// ownLayers reports whether a stack has layers that differ from one commit to another.
func ownLayers(name string) bool {
	return strings.HasPrefix(name, chain) || name == six || name == oneNoop
}

// rate returns what was received per nanosecond, cpu the processor time per unit received, in ns.
func (r result) rate() float64 { return float64(r.Units) / float64(r.Wall) }
func (r result) cpu() float64  { return float64(r.CPU) / float64(r.Units) }
