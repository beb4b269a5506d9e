package main

import (
	"io"
	"testing"
	"time"
)

func TestTurnsHaveDefaults(t *testing.T) {
	o, err := parseTurns("loopback", []string{"-rounds", "7"}, 40, time.Second, io.Discard)
	if want := (turns{rounds: 7, slice: time.Second}); err != nil || o != want {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestAPairIsARatioInsideARound(t *testing.T) {
	p := pairsWith(50 * time.Microsecond)[0]
	if p.rate() != 0.5 || p.processor() != 1.5 || p.added() != 50 {
		t.Errorf("got %v, %v, %v", p.rate(), p.processor(), p.added())
	}
	if got := spreadOf(2, []float64{1, 2, 3}); got != "2.00 (1.50 to 2.50)" {
		t.Errorf("got %q", got)
	}
}
