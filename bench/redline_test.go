package main

import (
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// Counts are the same on every machine, so they are checked here. Times are checked by the program
// alone.
func TestAllocationsKeepTheRedLines(t *testing.T) {
	benches := withMemory(t, complete(stacks()))
	if n := len(redLines(benches)); n < 10 {
		t.Fatalf("only %d red lines", n)
	}
	if race.Enabled {
		return // the race detector allocates; it has seen the calls by now
	}
	for _, l := range redLines(benches) {
		if !l.ok {
			t.Errorf("%s: measured %s", l.text, l.got)
		}
	}
}

// The control: six layers that each copy the request cross the line.
func TestAStackThatAllocatesMoreCrossesALine(t *testing.T) {
	if race.Enabled {
		return // the race detector allocates
	}
	benches := withMemory(t, []*stack{find(t, bare), find(t, "obvious-6")})
	benches[oneNoop] = benches["obvious-6"]
	delete(benches, "obvious-6")
	lines := redLines(benches)
	if len(lines) != 1 || lines[0].ok {
		t.Errorf("got %+v, want one line, crossed", lines)
	}
}

func TestRatiosOfTimesCrossOrKeepTheLines(t *testing.T) {
	for _, c := range []struct {
		six, baseline, peer float64
		want                []bool // baseline and assembled, each on one core and on both
	}{
		{six: 700, baseline: 200, peer: 1500, want: []bool{true, true, true, true}},
		{six: 900, baseline: 200, peer: 2000, want: []bool{false, false, true, true}},
		{six: 700, baseline: 200, peer: 1300, want: []bool{true, true, false, false}},
		{six: 700, baseline: 0, peer: 0, want: []bool{false, false, false, false}},
	} {
		benches := map[string]*bench{
			bare: withTimes(0), six: withTimes(c.six), baselineSix: withTimes(c.baseline), assembledSix: withTimes(c.peer),
		}
		benches[six].memory = memory{callBytes, callAllocs}
		var got []bool
		for _, l := range redLines(benches)[1:] {
			got = append(got, l.ok)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// withTimes returns a bench with three rounds, each of cpu ns more than 100.
func withTimes(cpu float64) *bench {
	b := &bench{stack: &stack{}}
	for mode := range modes {
		for i := range 3 {
			b.cost[mode] = append(b.cost[mode], sample{cpu: 100 + cpu + float64(10*i), wall: 50 + cpu/2 + float64(i)})
		}
	}
	return b
}

// withMemory returns benches with their allocations and no times.
func withMemory(t *testing.T, list []*stack) map[string]*bench {
	t.Helper()
	benches := make(map[string]*bench)
	for _, s := range list {
		b := s.bench(1)
		for range 500 { // they learn routes and fill pools
			if err := b.run[0](); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.countMemory(); err != nil {
			t.Fatal(err)
		}
		benches[s.name] = b
	}
	return benches
}
