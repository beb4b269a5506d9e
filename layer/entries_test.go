package layer

import (
	"math"
	"testing"
)

func TestEntries(t *testing.T) {
	const outer, inner = 5, 2
	var e entries
	if !e.enter(outer) || !e.enter(inner) {
		t.Error("a request goes from one layer to the next one: it enters both")
	}
	if e.enter(inner) || e.enter(outer) {
		t.Error("another request enters as the same one")
	}
	if e.left(inner) {
		t.Error("it has left the layer that it is in")
	}
	if !e.entered(outer) || !e.entered(inner) || e.entered(inner-1) {
		t.Error("it has entered both, and none inside them")
	}
	e.leave(inner)
	if !e.left(inner) || e.left(outer) {
		t.Error("it has left the inner layer, and not the outer one")
	}
	e.leave(outer)
	if !e.left(inner) || !e.left(outer) {
		t.Error("it has left both")
	}
}

// A row that replaces another is in the layers that the other has not left.
func TestARowFollowsAnother(t *testing.T) {
	const outer, inner = 5, 2
	for name, test := range map[string]struct {
		left         []int
		outer, inner bool // whether its request enters them again
	}{
		"made inside of both":       {nil, false, false},
		"made between them":         {[]int{inner}, false, true},
		"made outside of both":      {[]int{inner, outer}, true, true},
		"the innermost is the last": {[]int{outer, inner}, true, true},
	} {
		for _, from := range []int{outer, inner} {
			var before, e entries
			before.enter(outer)
			before.enter(inner)
			for _, depth := range test.left {
				before.leave(depth)
			}
			e.follow(&before, &before)
			if want := map[int]bool{outer: test.outer, inner: test.inner}[from]; e.enter(from) != want {
				t.Errorf("%s: it enters the layer of depth %d anew: %v, want %v", name, from, !want, want)
			}
			if e.left(inner) {
				t.Errorf("%s: it has left a layer", name)
			}
		}
	}
}

// A hedge has returned the outcome of a request that began inside the inner layer, and has left both.
func TestARowFollowsTheOutcomeOfAnother(t *testing.T) {
	const outer, inner = 5, 2
	var before, outcome, e entries
	before.enter(outer)
	outcome.enter(inner)
	outcome.leave(inner)
	before.leave(outer)
	e.follow(&before, &outcome)
	if !e.enter(outer) || !e.enter(inner) {
		t.Error("it does not enter both anew")
	}
}

func TestADepthBeyondWhatEntriesHold(t *testing.T) {
	var before, e entries
	before.enter(math.MaxInt32)
	before.leave(math.MaxInt32)
	e.follow(&before, &before)
	if e.left(0) || !e.enter(math.MaxInt32) || e.enter(math.MaxInt32) {
		t.Error("it is not entered once")
	}
}
