package model_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
)

// number returns the number in a variable of the environment, or other if it has none.
func number(name string, other int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return other
}

// seeds returns the first seed and how many follow it.
func seeds() (from, n int) {
	n = 300
	switch {
	case testing.Short() || race.Enabled:
		n = 60
	case long.Wanted():
		n = 2000
	}
	return number("GRACY_MODEL_FROM", 1), number("GRACY_MODEL", n)
}

func TestStacksKeepTheirPromises(t *testing.T) {
	from, n := seeds()
	shown := map[string]bool{}
	for seed := from; seed < from+n && len(shown) < 5; seed++ {
		p := newPlan(uint64(seed)) //nolint:gosec // any number is a seed
		w := run(t, p, "")
		if len(w.fails) == 0 {
			continue
		}
		kind := kindOf(w.fails[0])
		if shown[kind] {
			continue
		}
		shown[kind] = true
		w = run(t, shrink(t, p, kind), "")
		t.Errorf("seed %d: %s\nreduced to:\n%v%s\n%s", seed, kind, w.p, strings.Join(w.fails, "\n"), strings.Join(w.trace, "\n"))
	}
}

// The control run: a stack that is not built as its plan says, or a server or a caller that breaks
// the contract, is noticed.
func TestTheModelNoticesFaults(t *testing.T) {
	planted := faults
	if race.Enabled { // which makes it ten times slower
		planted = faults[:3]
	}
	for _, fault := range planted {
		noticed := false
		for seed := uint64(1); seed <= 1000 && !noticed; seed++ {
			noticed = len(run(t, newPlan(seed), fault).fails) > 0
		}
		if !noticed {
			t.Errorf("%s: not noticed", fault)
		}
	}
}
