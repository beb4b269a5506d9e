package main

import (
	"strings"
	"testing"
	"testing/synctest"
)

var allDuties = []duty{retries, limits, slots, bodies, counts, deadlines}

func TestStacksDoTheirDuties(t *testing.T) {
	for _, s := range complete(stacks()) {
		t.Run(s.name, func(t *testing.T) {
			if err := tried(t, s, s.duties); err != nil {
				t.Error(err)
			}
		})
	}
}

// The control: a trial that the bare base passes would prove nothing.
func TestBareNeglectsEachDuty(t *testing.T) {
	for _, name := range []string{bare, oneNoop} {
		s := find(t, name)
		for _, d := range allDuties {
			if tried(t, s, d) == nil {
				t.Errorf("%s passes the trial of duty %b", name, d)
			}
		}
	}
}

func TestAssembledDoesNotHoldItsSlotToTheBodyEnd(t *testing.T) {
	err := tried(t, find(t, peerLean), bodies)
	if err == nil || !strings.Contains(err.Error(), `"bodies"`) {
		t.Errorf("got %v: mend the comment in peer.go and its duties", err)
	}
}

func TestAChainHasTheDutiesOfItsLayers(t *testing.T) {
	for _, name := range []string{floorSix, peerLean, "assembled, to body end", six} {
		for _, s := range complete(stacks()) {
			if s.name == name && s.duties|bodies != retries|limits|slots|bodies|counts {
				t.Errorf("%s has the duties %b", name, s.duties)
			}
		}
	}
}

func find(t *testing.T, name string) *stack {
	t.Helper()
	for _, s := range complete(stacks()) {
		if s.name == name {
			return s
		}
	}
	t.Fatalf("no stack %q", name)
	return nil
}

// tried is check in no time.
func tried(t *testing.T, s *stack, d duty) (err error) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { err = s.check(d) })
	return err
}
