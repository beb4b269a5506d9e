package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestRunPrintsTheTable(t *testing.T) {
	var out strings.Builder
	args := []string{"-rounds", "2", "-slice", "1ms", "-run", "^(baseline-6|obvious-6|replay off|timeout by hand)$"}
	if err := run(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Bare: ", "### Whole chains", "| **baseline-6**", "| replay off", "### Timeouts", "### Red lines"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "NaN") {
		t.Error(out.String())
	}
}

func TestRunFailsOnInvalidArguments(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-slice", "1us"}, {"-run", "("}, {"more"}, {"-what"}} {
		if run(t.Context(), args, io.Discard, io.Discard) == nil {
			t.Errorf("%v passed", args)
		}
	}
}

func TestRunStopsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if run(ctx, []string{"-run", "none"}, io.Discard, io.Discard) == nil {
		t.Error("it did not stop")
	}
}
