package redact

import "testing"

func TestSplice(t *testing.T) {
	for want, puts := range map[string][][2]int{
		"abcdef":  nil,
		"-cdef":   {{0, 2}},
		"ab-":     {{2, 6}},
		"-b-de-":  {{0, 1}, {2, 3}, {5, 6}},
		"abc-def": {{3, 3}},
		"-":       {{0, 6}},
	} {
		s := splice{text: "abcdef"}
		for _, p := range puts {
			s.put(p[0], p[1], "-")
		}
		for range 2 {
			if got := s.String(); got != want {
				t.Errorf("%v: %q, want %q", puts, got, want)
			}
		}
	}
}

func TestASpliceOfNothingAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		s := splice{text: "abcdef"}
		_ = s.String()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
