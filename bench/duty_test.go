package main

import (
	"strings"
	"testing"
	"testing/synctest"
)

var allDuties = []duty{retries, limits, slots, bodies, counts, deadlines, perTry}

func TestEveryStackDoesItsDuties(t *testing.T) {
	for _, s := range complete(stacks()) {
		t.Run(s.name, func(t *testing.T) {
			if err := checkInBubble(t, s, s.duties); err != nil {
				t.Error(err)
			}
		})
	}
}

// The control: a check that the bare base passes would prove nothing.
func TestTheBareBaseFailsTheCheckOfEachDuty(t *testing.T) {
	for _, name := range []string{bare, oneNoop} {
		s := find(t, name)
		for _, d := range allDuties {
			if checkInBubble(t, s, d) == nil {
				t.Errorf("%s passes the check of duty %b", name, d)
			}
		}
	}
}

func TestTheAssembledStackReleasesItsSlotAtTheHeaders(t *testing.T) {
	err := checkInBubble(t, find(t, assembledSix), bodies)
	if err == nil || !strings.Contains(err.Error(), `"bodies"`) {
		t.Errorf("got %v: correct the comment in assembled.go and its duties", err)
	}
}

func TestEveryChainOfSixHasAllDuties(t *testing.T) {
	for _, name := range []string{baselineSix, assembledSix, "assembled, to body end", six} {
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

// checkInBubble runs check in a bubble.
func checkInBubble(t *testing.T, s *stack, d duty) (err error) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { err = s.check(d) })
	return err
}
