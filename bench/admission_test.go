package main

import (
	"context"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
)

func TestEveryAdmissionAdmitsExactlyItsLimit(t *testing.T) {
	if err := checkAdmissions(); err != nil {
		t.Error(err)
	}
}

// The controls: an admission of everything and one of nothing.
func TestAnAdmissionThatDoesNotLimitIsFound(t *testing.T) {
	for name, err := range map[string]error{"all": nil, "none": errRejected} {
		a := admission{name: name, build: func(int, time.Duration) func(context.Context) error {
			return func(context.Context) error { return err }
		}}
		if a.check() == nil {
			t.Errorf("%s: passed", name)
		}
	}
}

func TestAnAdmissionBelowItsLimitAllocatesNothing(t *testing.T) {
	for _, b := range admitted() {
		for range 20_000 {
			if err := b.run[0](); err != nil {
				t.Fatalf("%s: %v", b.name, err)
			}
		}
		if race.Enabled {
			continue // the race detector allocates
		}
		if err := b.countMemory(); err != nil {
			t.Fatal(err)
		}
		if b.memory.allocs != 0 {
			t.Errorf("%s: %+v", b.name, b.memory)
		}
	}
}

func TestAdmissionsKeepOrCrossTheLines(t *testing.T) {
	benches := map[string]*bench{admitNothing: withTimes(2), admitOurs: withTimes(60), admitStore: withTimes(70), admitRate: withTimes(50)}
	lines := admissionLines(benches)
	if len(lines) != 4 || !lines[0].ok || !lines[1].ok || lines[2].ok || lines[3].ok {
		t.Errorf("got %+v, want two kept and two crossed", lines)
	}
	delete(benches, admitOurs)
	if got := admissionLines(benches); got != nil {
		t.Errorf("without ours: %+v", got)
	}
}
