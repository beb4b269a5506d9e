package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// pairsWith returns pairs in which the stack takes that much more than the bare base.
func pairsWith(added time.Duration) (pairs []pair) {
	for i := range 5 {
		base := result{Calls: 1, Units: 1, CPU: 100*time.Microsecond + time.Duration(i)*time.Microsecond, Wall: time.Millisecond}
		more := base
		more.CPU, more.Wall = base.CPU+added, 2*base.Wall
		pairs = append(pairs, pair{more, base})
	}
	return pairs
}

func TestATableWithoutItsControlsShowsNothing(t *testing.T) {
	for _, c := range []struct {
		none, some time.Duration
		want       string
	}{
		{0, busyTime, ""},
		{0, 2 * busyTime, ""},
		{busyTime / 2, busyTime, "bare over bare takes 10.0"},
		{-busyTime / 2, busyTime, "bare over bare takes -10.0"},
		{0, 0, "20 µs of work are 0.0"},
		{0, 4 * busyTime, "20 µs of work are 80.0"},
	} {
		got := conclusive(map[loopKey][]pair{{"ours", bare}: pairsWith(c.none), {"ours", busy}: pairsWith(c.some)}, "ours")
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%v and %v: got %q, want %q", c.none, c.some, got, c.want)
		}
	}
}

func TestLoopbackFailsOnInvalidArguments(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-slice", "1us"}, {"more"}, {"-what"}} {
		if runLoopback(t.Context(), args, io.Discard, io.Discard) == nil {
			t.Errorf("%v passed", args)
		}
	}
}
