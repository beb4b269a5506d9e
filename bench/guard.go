package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// guardFile has the figures that a build must not exceed.
const guardFile = "testdata/instr.txt"

// guardRoom is the factor by which a row may exceed its figure. On other CPUs the runtime uses
// other routines, and other releases of Go generate other code.
const guardRoom = 1.05

// guardSpread is the number of instructions by which two counts of one build may differ by chance.
const guardSpread = 60

// steady reports whether a stack takes the same in each run. It does not if few calls are counted,
// or if goroutines and timers of the standard library take turns.
func steady(name string) bool {
	s, err := stackNamed(name)
	return err == nil && !s.heavy && !strings.HasPrefix(name, "http.Client.Timeout")
}

// guardArch is the architecture on which the instructions were counted.
const guardArch = "amd64"

// A figure is what a row costs: instructions, with some room, and bytes and allocations, exactly.
type figure struct {
	name         string
	instructions float64
	memory
}

func figuresOf(rows []row, b *build) (figures []figure) {
	for _, r := range rows {
		if !steady(r.plus[0]) {
			continue
		}
		m, base := b.memory[r.plus[0]], b.memory[r.minus[0]]
		figures = append(figures, figure{r.plus[0], b.of(r).total(), memory{m.bytes - base.bytes, m.allocs - base.allocs}})
	}
	return figures
}

// writeGuard writes the figures.
func writeGuard(path string, figures []figure) error {
	var b strings.Builder
	b.WriteString("# Instructions, bytes and allocations of a call over those of its base. Written by\n" +
		"# `make bench BENCH='instr -update'`; `make bench BENCH='instr -check'` fails above 5 % of\n" +
		"# the instructions, times what baseline-6 takes more on the machine, and with any other bytes or allocations.\n")
	for _, f := range figures {
		fmt.Fprintf(&b, "%.0f\t%s\t%s\t%s\n", f.instructions, whole(f.bytes), whole(f.allocs), f.name)
	}
	return os.WriteFile(path, []byte(b.String()), 0o644) //nolint:gosec // a file of the repository
}

// readGuard reads the figures by the name of their stack.
func readGuard(path string) (map[string]figure, error) {
	f, err := os.Open(path) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	figures := make(map[string]figure)
	s := bufio.NewScanner(f)
	for s.Scan() {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		cells := strings.Split(s.Text(), "\t")
		if len(cells) != 4 {
			return nil, fmt.Errorf("%s: a line without four cells: %q", path, s.Text())
		}
		var v [3]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(cells[i], 64); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		figures[cells[3]] = figure{cells[3], v[0], memory{v[1], v[2]}}
	}
	return figures, s.Err()
}

// elsewhere returns the factor by which the runtime takes more instructions here than where the
// figures were counted. It is the factor of baseline-6, which has no code of the library. It is 1
// if baseline-6 takes no more or was not counted.
func elsewhere(figures []figure, kept map[string]figure) float64 {
	for _, f := range figures {
		if k := kept[f.name]; f.name == baselineSix && k.instructions > 0 {
			return max(1, f.instructions/k.instructions)
		}
	}
	return 1
}

// checkGuard fails if a figure is above that of the file. It names figures that are well below,
// which should be updated.
func checkGuard(w io.Writer, path string, figures []figure) error {
	kept, err := readGuard(path)
	if err != nil {
		return err
	}
	var bad []error
	fmt.Fprintln(w)
	room := guardRoom * elsewhere(figures, kept)
	for _, f := range figures {
		k, ok := kept[f.name]
		switch {
		case !ok:
			bad = append(bad, fmt.Errorf("%s: %s has no line for it", path, f.name))
		case runtime.GOARCH == guardArch && f.name != baselineSix && f.instructions > k.instructions*room+guardSpread:
			bad = append(bad, fmt.Errorf("%s takes %.0f instructions, %.1f %% above the %.0f of %s",
				f.name, f.instructions, 100*(f.instructions/k.instructions-1), k.instructions, path))
		case f.memory != k.memory:
			bad = append(bad, fmt.Errorf("%s allocates %s objects and %s B; %s has %s and %s",
				f.name, whole(f.allocs), whole(f.bytes), path, whole(k.allocs), whole(k.bytes)))
		case runtime.GOARCH == guardArch && f.instructions < k.instructions/guardRoom:
			fmt.Fprintf(w, "%s takes %.0f instructions, well below the %.0f of %s: run instr -update\n",
				f.name, f.instructions, k.instructions, path)
		}
	}
	if len(bad) == 0 {
		fmt.Fprintf(w, "%d rows are within 5 %% of %s, and allocate exactly what it says.\n", len(figures), path)
	}
	return errors.Join(slices.Clip(bad)...)
}
