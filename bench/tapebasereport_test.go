package main

import (
	"io"
	"strings"
	"testing"
)

// A build that is twice as fast reaches a goal of 0.7. The commit compared with itself does not.
func TestTapesBesideACommitAreRatiosOfTheRounds(t *testing.T) {
	b := newTapeBench("", 3, io.Discard)
	b.sizes = []int{100, middle}
	for _, n := range b.sizes {
		for _, k := range besideKinds() {
			for build, value := range map[string]float64{thisBuild: 50, "abc": 100, again: 101} {
				for _, what := range []string{
					toRecord, toRecordCPU, toHold, toOpen, toLookUp, toLookUpWorst, toRecord + toAllocate, toRecord + toTake,
					toLookUp + toAllocate, toLookUp + toTake,
				} {
					for range 3 {
						b.note(what, besideName(k.name, build), n, value)
					}
				}
			}
		}
	}
	var out strings.Builder
	b.printBeside(&out, "abc")
	for _, want := range []string{
		"| look up, bbolt tape, 10000: at most 0.7 ", "0.50 | **reached** |", "0.50 |      missed |", "1.01 | missed |", "| bbolt tape, 10000 |", "0.50 (0.50 to 0.50) |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	_, control, ok := strings.Cut(out.String(), "The control")
	if !ok || strings.Contains(control, "reached") || strings.Contains(out.String(), "NaN") {
		t.Error(out.String())
	}
}
