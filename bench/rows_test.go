package main

import (
	"slices"
	"testing"
)

// A row with a misspelled name would be left out without an error.
func TestEveryRowHasItsStacks(t *testing.T) {
	used := make(map[string]bool)
	var names []string
	for _, s := range stacks() {
		if slices.Contains(names, s.name) {
			t.Errorf("two stacks have the name %q", s.name)
		}
		names = append(names, s.name)
	}
	for _, b := range admitted() {
		names = append(names, b.name)
	}
	check := func(where, name string) {
		used[name] = true
		if !slices.Contains(names, name) {
			t.Errorf("%s: no stack %q", where, name)
		}
	}
	for _, s := range append(sections(), section{rows: instrRows()}, section{rows: loopRows()}, section{rows: processorRows()}, section{rows: besideRows()}) {
		for _, r := range s.rows {
			for _, n := range slices.Concat(r.plus, r.minus) {
				check(r.text, n)
			}
		}
	}
	for _, n := range slices.Concat(oneCall(), oneCallPOST(), identical()) {
		check("red lines", n)
	}
	for _, n := range names {
		if !used[n] {
			t.Errorf("%q is timed but in no row", n)
		}
	}
}

func TestARowIsADifferenceInsideARound(t *testing.T) {
	benches := map[string]*bench{"a": withTimes(70), "b": withTimes(30), "c": withTimes(5)}
	benches["a"].memory = memory{700, 7}
	benches["b"].memory = memory{100, 1}
	r := row{plus: []string{"a"}, minus: []string{"b"}, parts: 2}
	f, ok := r.work(benches)
	if !ok || !f.bothCores {
		t.Fatalf("got %v, %v", ok, f.bothCores)
	}
	want := quartiles{20, 20, 20}
	if f.cost[oneCore].cpu != want || f.cost[bothCores].cpu != want {
		t.Errorf("got %+v, want no spread and half of 40", f.cost)
	}
	if f.p5 != 20 {
		t.Errorf("the 5th percentile is %v", f.p5)
	}
	if f.memory != (memory{300, 3}) {
		t.Errorf("got %+v", f.memory)
	}
}

func TestARowWithoutItsStackIsLeftOut(t *testing.T) {
	if _, ok := over("a", "b", "").work(map[string]*bench{"a": withTimes(1)}); ok {
		t.Error("a row without its stack was computed")
	}
}

func TestARowOfAStackForOneCoreHasNoTimesOnBoth(t *testing.T) {
	b := withTimes(1)
	b.alone, b.cost[bothCores] = true, nil
	f, ok := over("a", "b", "").work(map[string]*bench{"a": withTimes(1), "b": b})
	if !ok || f.bothCores {
		t.Errorf("got %v, %v", ok, f.bothCores)
	}
}
