package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// processorRows returns the stacks of the table of processor time. The last one is a control.
func processorRows() []row {
	return []row{
		over(bare, oneNoop, "a no-op layer: the Call and its ledger"),
		over(bare, chain, "**chain** of the README"),
		over(bare, chainTimed, "chain and timeouts: total, idle, attempt"),
		over(bare, six, "**six**"),
		over(bare, baselineSix, "**baseline-6**: the same work by hand"),
		over(bare, fused, "**baseline-fused**: the happy path of chain by hand, with a Call"),
		over(bare, assembledSix, "**assembled**: promhttp, slog off, rehttp, x/sync, x/time"),
		over(bare, bare, "control: bare again"),
	}
}

// contenders is how many callers compete for the one slot.
const contenders = 16

// besideRows returns stacks over those that do the same by hand. The last one is a control.
func besideRows() []row {
	return []row{
		over(handContended, slotContended, "a contended slot, over x/sync/semaphore with a Call around"),
		over("typed by hand", "typed", "a typed GET of an Endpoint, over net/http and encoding/json by hand"),
		over("logging by hand", "logging each", "a line for each response, over slog by hand"),
		over(handContended, handContended, "control: x/sync/semaphore over itself"),
	}
}

// beside prints the ratio of the processor time of the stacks to that of the same by hand.
func (t loopTable) beside(out io.Writer, runs []loopRun, measured map[loopKey][]pair) {
	var lines [][]string
	for _, r := range t.rows {
		cells := []string{r.text}
		for _, run := range runs {
			cells = append(cells, spreadOf(2, each(measured[loopKey{run.name, r.plus[0]}], pair.processor)))
		}
		lines = append(lines, cells)
	}
	fmt.Fprintf(out, "\n### %s, processor time, callers: %d\n\n", t.title, t.call)
	head := []string{"what"}
	for _, run := range runs {
		head = append(head, run.name)
	}
	table(out, head, lines)
}

// runProcessor is the command "processor". It measures what loopback measures, but without a
// connection, so that nothing but the stack takes time.
func runProcessor(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parseTurns("processor", args, 80, 10*time.Millisecond, progress)
	if err != nil {
		return err
	}
	return o.withWorkers(ctx, func(runs []loopRun) error {
		fmt.Fprintf(out, "%s, %s/%s, GOGC %s, %d rounds in turn: medians and quartiles of what is taken inside a round; ratios are of medians.\n",
			runtime.Version(), runtime.GOOS, runtime.GOARCH, cmp.Or(os.Getenv("GOGC"), "100"), o.rounds)
		for _, n := range []int{1, runtime.GOMAXPROCS(0)} {
			t := loopTable{fmt.Sprintf("callers: %d", n), "a call", none, n, o.slice, processorRows()}
			measured, err := t.measure(ctx, runs, o.rounds)
			if err != nil {
				return err
			}
			t.processor(out, runs, measured)
		}
		t := loopTable{"What is compared with the same by hand", "a call", none, contenders, o.slice, besideRows()}
		measured, err := t.measure(ctx, runs, o.rounds)
		if err != nil {
			return err
		}
		t.beside(out, runs, measured)
		return nil
	})
}

// processor prints the processor time of the stacks over the bare base.
func (t loopTable) processor(out io.Writer, runs []loopRun, measured map[loopKey][]pair) {
	ours := runs[0].name
	over := func(build, name string) float64 {
		return quartilesOf(each(measured[loopKey{build, name}], pair.added)).mid
	}
	var lines [][]string
	for i, run := range runs {
		for _, r := range t.rows {
			name := r.plus[0]
			if i > 0 && !ownLayers(name) {
				continue
			}
			text := r.text
			if ownLayers(name) && len(runs) > 1 {
				text += ", " + run.name
			}
			mid := over(run.name, name)
			lines = append(lines, []string{
				text, spreadOf(3, each(measured[loopKey{run.name, name}], pair.added)),
				fmt.Sprintf("%.2f", mid/over(ours, baselineSix)), fmt.Sprintf("%.2f", mid/over(ours, assembledSix)),
			})
		}
	}
	fmt.Fprintf(out, "\n### %s\n\n", t.title)
	table(out, []string{"what", "processor µs over bare, a call", "÷ baseline-6", "÷ assembled"}, lines)
	if again, least := over(ours, bare), over(ours, baselineSix); again < -least/4 || again > least/4 {
		fmt.Fprintf(out, "\n**This table shows nothing**: bare over bare takes %.3f µs.\n", again)
	}
}
