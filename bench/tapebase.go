//go:build !older

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The figures that are measured only if tapes are compared with those of another commit.
const (
	toLookUpWorst = "look up, p99"
	toAllocate    = "allocations"
	toTake        = "bytes allocated"
)

const (
	sliceLookups = 500
	warmSlice    = 20_000
)

// A besideKind is a kind of tape that both builds write.
type besideKind struct {
	name, ext string
	most      int // the number of recordings beyond which the older build takes too long
}

func besideKinds() []besideKind {
	return []besideKind{{onBolt, ".tape", 1_000_000}, {onText, ".json", 10_000}}
}

// beside measures our tapes in turn with those of a commit, each in a process of its own.
func (b *tapeBench) beside(ctx context.Context, base string, out io.Writer) error {
	return turns{base: base, twice: true}.withWorkers(ctx, func(runs []loopRun) error {
		for _, n := range b.sizes {
			for _, k := range besideKinds() {
				if n > k.most {
					continue
				}
				fmt.Fprintf(b.progress, "bench: %s, %d\n", k.name, n)
				if err := b.besideOf(ctx, runs, k, n); err != nil {
					return fmt.Errorf("%s, %d: %w", k.name, n, err)
				}
			}
		}
		b.printBeside(out, base)
		return nil
	})
}

// besideOf measures tapes of n recordings.
func (b *tapeBench) besideOf(ctx context.Context, runs []loopRun, k besideKind, n int) error {
	path := func(i int) string { return filepath.Join(b.dir, fmt.Sprintf("beside-%d-%d%s", i, n, k.ext)) }
	task := func(i int, t tapeTask) (result, error) {
		if err := ctx.Err(); err != nil {
			return result{}, err
		}
		t.Path, t.Recordings = path(i), n
		return runs[i].do(task{Tape: &t})
	}
	name := func(i int) string { return besideName(k.name, runs[i].name) }
	err := b.inTurn(b.recordRounds(n), len(runs), func(i int) error {
		if err := os.Remove(path(i)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		r, err := task(i, tapeTask{Do: toRecord})
		b.note(toRecord, name(i), n, float64(r.Wall)/float64(n))
		b.note(toRecordCPU, name(i), n, float64(r.CPU)/float64(n))
		b.note(toHold, name(i), n, r.Bytes)
		b.note(toRecord+toAllocate, name(i), n, r.Allocs)
		b.note(toRecord+toTake, name(i), n, r.Memory)
		return err
	})
	if err != nil {
		return err
	}
	if err := b.inTurn(b.rounds, len(runs), func(i int) error {
		r, err := task(i, tapeTask{Do: toOpen})
		b.note(toOpen, name(i), n, float64(r.Wall))
		return err
	}); err != nil {
		return err
	}
	for i := range runs {
		if _, err := task(i, tapeTask{Do: toLookUp, Lookups: min(2*n, warmSlice), Seed: 1}); err != nil {
			return err
		}
	}
	seed := uint64(1)
	return b.inTurn(2*b.rounds, len(runs), func(i int) error {
		seed++
		r, err := task(i, tapeTask{Do: toLookUp, Lookups: sliceLookups, Seed: seed})
		b.note(toLookUp, name(i), n, quartilesOf(r.Times).mid)
		b.note(toLookUpWorst, name(i), n, highest(r.Times))
		b.note(toLookUp+toAllocate, name(i), n, r.Allocs)
		b.note(toLookUp+toTake, name(i), n, r.Memory)
		return err
	})
}

func besideName(tape, build string) string { return tape + ", " + build }
