package main

import "testing"

// The control run: each condition can fail a run.
func TestEachConditionCanFailARun(t *testing.T) {
	good := func() *Summary {
		return &Summary{Complete: true, Equal: true, Server: &ServerSummary{Requests: 10}}
	}
	if s := good(); true {
		if s.judge(); !s.OK || s.exit(nil) != exitOK {
			t.Fatalf("a good run: %q", s.Problems)
		}
	}
	for name, harm := range map[string]func(*Summary){
		"violations": func(s *Summary) { s.Server.Violations = 1 },
		"incomplete": func(s *Summary) { s.Complete = false },
		"unequal":    func(s *Summary) { s.Equal = false },
		"dials":      func(s *Summary) { s.Tape.Dials = 1 },
		"arrivals":   func(s *Summary) { s.Tape.Arrivals = 1 },
		"missed":     func(s *Summary) { s.Tape.Missed = 1 },
		"throttle":   func(s *Summary) { s.without = []string{"throttle"} },
		"retry":      func(s *Summary) { s.without = []string{"retry"} },
		"replay":     func(s *Summary) { s.without = []string{"replay"} },
		"one of two": func(s *Summary) { s.without, s.Failures = []string{"retry", "throttle"}, 3 },
	} {
		s := good()
		harm(s)
		if s.judge(); s.OK || len(s.Problems) != 1 || s.exit(nil) != exitFailed {
			t.Errorf("%s: OK %v, problems %q, code %d", name, s.OK, s.Problems, s.exit(nil))
		}
	}
}
