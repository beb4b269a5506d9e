package main

import (
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// Counts are exact on every machine, so they are checked here; times only by
// the program.
func TestAllocations(t *testing.T) {
	benches := weighed(t, complete(stacks()))
	if n := len(redLines(benches)); n < 10 {
		t.Fatalf("only %d red lines", n)
	}
	if race.Enabled {
		return // the detector allocates; what ran so far is for its eyes
	}
	for _, l := range redLines(benches) {
		if !l.ok {
			t.Errorf("%s: measured %s", l.text, l.got)
		}
	}
}

// The control: six layers in the obvious way cross the line.
func TestAllocationsAreSeen(t *testing.T) {
	if race.Enabled {
		return // as above
	}
	benches := weighed(t, []*stack{find(t, bare), find(t, "obvious-6")})
	benches[oneNoop] = benches["obvious-6"]
	delete(benches, "obvious-6")
	lines := redLines(benches)
	if len(lines) != 1 || lines[0].ok {
		t.Errorf("got %+v, want one line, crossed", lines)
	}
}

func TestRatios(t *testing.T) {
	for _, c := range []struct {
		six, floor, peer float64
		want             []bool // floor and peer, one core and both
	}{
		{six: 700, floor: 200, peer: 1500, want: []bool{true, true, true, true}},
		{six: 900, floor: 200, peer: 2000, want: []bool{false, false, true, true}},
		{six: 700, floor: 200, peer: 1300, want: []bool{true, true, false, false}},
		{six: 700, floor: 0, peer: 0, want: []bool{false, false, false, false}},
	} {
		benches := map[string]*bench{
			bare: timed(0), six: timed(c.six), floorSix: timed(c.floor), peerLean: timed(c.peer),
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

// timed is a bench that took 100 ns more than a call over the base, in each of three rounds.
func timed(cpu float64) *bench {
	b := &bench{stack: &stack{}}
	for mode := range modes {
		for i := range 3 {
			b.cost[mode] = append(b.cost[mode], sample{cpu: 100 + cpu + float64(10*i), wall: 50 + cpu/2 + float64(i)})
		}
	}
	return b
}

// weighed are benches with their allocations and no times.
func weighed(t *testing.T, list []*stack) map[string]*bench {
	t.Helper()
	benches := make(map[string]*bench)
	for _, s := range list {
		b := s.bench(1)
		for range 500 { // routes are learned, pools filled
			if err := b.run[0](); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.weigh(); err != nil {
			t.Fatal(err)
		}
		benches[s.name] = b
	}
	return benches
}
