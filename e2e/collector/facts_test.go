package collector

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// facts describe spans or durations in lines of text. The two sides write them from their own types
// and share nothing else, so that they can be compared.
type facts []string

func (f *facts) add(of, format string, args ...any) {
	*f = append(*f, of+": "+fmt.Sprintf(format, args...))
}

// of returns the facts that hold a text.
func (f facts) of(text string) (found facts) {
	for _, line := range f {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

// difference returns the lines that one side has more often than the other.
func difference(want, got facts) (missing, extra facts) {
	count := map[string]int{}
	for _, line := range want {
		count[line]++
	}
	for _, line := range got {
		count[line]--
	}
	for line, n := range count {
		for range n {
			missing = append(missing, line)
		}
		for range -n {
			extra = append(extra, line)
		}
	}
	slices.Sort(missing)
	slices.Sort(extra)
	return missing, extra
}

// same fails the test for each line in which what arrived differs from what was emitted.
func same(t *testing.T, what string, emitted, got facts) {
	t.Helper()
	missing, extra := difference(emitted, got)
	for _, line := range missing {
		t.Errorf("%s: did not arrive: %s", what, line)
	}
	for _, line := range extra {
		t.Errorf("%s: was never emitted: %s", what, line)
	}
}
