package main

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

func TestSpinMakesTwoStretches(t *testing.T) {
	calls := 0
	if err := spin(func() error { calls++; return nil }, 7, 10); err != nil || calls != 7+10+30 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestAllocCountsOneCall(t *testing.T) {
	var out strings.Builder
	if err := runAlloc([]string{"obvious-6"}, &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !race.Enabled && got != "[2368,13]\n" {
		t.Errorf("got %q", got)
	}
	if runAlloc([]string{"no such"}, &out) == nil || runSpin([]string{"no such"}) == nil || runSpin(nil) == nil {
		t.Error("a stack that is not there passed")
	}
}
