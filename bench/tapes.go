//go:build !older

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// A tapeBench measures recorders against each other, in turn and in one run.
type tapeBench struct {
	dir      string
	progress io.Writer
	rounds   int
	sizes    []int
	random   *rand.Rand
	series   map[string][]float64 // the figures of the rounds
	worst    map[string][]float64 // single lookups, for the 99th percentile
}

// runTapes is the command "tapes".
func runTapes(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	flags := flag.NewFlagSet("bench tapes", flag.ContinueOnError)
	flags.SetOutput(progress)
	rounds := flags.Int("rounds", 15, "rounds over all recorders; recording has fewer")
	most := flags.Int("most", 100_000, "recordings of the largest tape: 10000, 100000 or 1000000")
	check := flags.Bool("check", false, "fail if a red line is crossed")
	dir := flags.String("dir", "", "folder for the tapes; default: a temporary one")
	base := flags.String("base", "", "a commit beside whose tapes those of this build are measured, and nothing else")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *most < 1 || flags.NArg() > 0 {
		return errors.New("-rounds and -most must be at least 1, and there are no further arguments")
	}
	folder, err := os.MkdirTemp(*dir, "tapes")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b := newTapeBench(folder, *rounds, progress)
	b.sizes = slices.DeleteFunc([]int{100, 10_000, 100_000, 1_000_000}, func(n int) bool { return n > *most })
	if *base != "" {
		return b.beside(ctx, *base, out)
	}
	if err := b.measure(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s/%s, GOMAXPROCS %d, %d rounds; responses of 520 bytes.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), b.rounds)
	b.print(out)
	kept, controls := b.redLines()
	if !lines(out, kept) && *check {
		return errors.New("a red line is crossed")
	}
	return printControls(out, controls)
}

func newTapeBench(dir string, rounds int, progress io.Writer) *tapeBench {
	return &tapeBench{
		dir: dir, rounds: rounds, progress: progress, random: rand.New(rand.NewPCG(1, 2)),
		series: make(map[string][]float64), worst: make(map[string][]float64),
	}
}

func (b *tapeBench) measure(ctx context.Context) error {
	for _, n := range b.sizes {
		for _, step := range []struct {
			what string
			do   func(n int) error
		}{
			{toRecord, b.recordings}, {toLookUp, b.lookups}, {toOpen, b.opens}, {toReindex, b.reindexes},
		} {
			if err := ctx.Err(); err != nil {
				return err
			}
			fmt.Fprintf(b.progress, "bench: %s, %d\n", step.what, n)
			if err := step.do(n); err != nil {
				return fmt.Errorf("%s, %d: %w", step.what, n, err)
			}
		}
	}
	fmt.Fprintf(b.progress, "bench: %s\n", toWait)
	if err := b.waits(); err != nil {
		return fmt.Errorf("%s: %w", toWait, err)
	}
	return nil
}

// path returns the file of a recorder with n recordings.
func (b *tapeBench) path(k recorderKind, n int) string {
	return filepath.Join(b.dir, fmt.Sprint("tape-", n)+k.ext)
}

// note adds a figure to a series.
func (b *tapeBench) note(what, name string, n int, value float64) {
	key := seriesKey(what, name, n)
	b.series[key] = append(b.series[key], value)
}

func seriesKey(what, name string, n int) string { return fmt.Sprint(what, "/", name, "/", n) }

// mid returns the median of a series, or 0 if it was not measured.
func (b *tapeBench) mid(what, name string, n int) float64 {
	return quartilesOf(b.series[seriesKey(what, name, n)]).mid
}

// inTurn calls run for each of count items once per round, in a new order each time.
func (b *tapeBench) inTurn(rounds, count int, run func(i int) error) error {
	for range rounds {
		for _, i := range b.random.Perm(count) {
			if err := run(i); err != nil {
				return err
			}
		}
	}
	return nil
}
