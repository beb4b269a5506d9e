package main

import (
	"slices"
	"testing"
)

// A row whose stack is misspelled would be left out in silence.
func TestRowsNameStacks(t *testing.T) {
	used := make(map[string]bool)
	var names []string
	for _, s := range stacks() {
		if slices.Contains(names, s.name) {
			t.Errorf("two stacks are called %q", s.name)
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
	for _, s := range sections() {
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
			t.Errorf("%q is timed and not shown", n)
		}
	}
}

func TestARowIsADifferenceInsideARound(t *testing.T) {
	benches := map[string]*bench{"a": timed(70), "b": timed(30), "c": timed(5)}
	benches["a"].memory = memory{700, 7}
	benches["b"].memory = memory{100, 1}
	r := row{plus: []string{"a"}, minus: []string{"b"}, parts: 2}
	f, ok := r.work(benches)
	if !ok || !f.both {
		t.Fatalf("got %v, %v", ok, f.both)
	}
	want := quartiles{20, 20, 20}
	if f.cost[serial].cpu != want || f.cost[both].cpu != want {
		t.Errorf("got %+v, want no spread and half of 40", f.cost)
	}
	if f.least != 20 {
		t.Errorf("least is %v", f.least)
	}
	if f.memory != (memory{300, 3}) {
		t.Errorf("got %+v", f.memory)
	}
}

func TestARowWithoutItsStackIsNone(t *testing.T) {
	if _, ok := over("a", "b", "").work(map[string]*bench{"a": timed(1)}); ok {
		t.Error("a row without its stack was worked out")
	}
}

func TestARowAloneIsNotForBothCores(t *testing.T) {
	b := timed(1)
	b.alone, b.cost[both] = true, nil
	f, ok := over("a", "b", "").work(map[string]*bench{"a": timed(1), "b": b})
	if !ok || f.both {
		t.Errorf("got %v, %v", ok, f.both)
	}
}
