package growth

import (
	"strings"
	"testing"
	"time"
)

// The control run: a function that reads the rest for each byte fails.
func TestAQuadraticFunctionFails(t *testing.T) {
	quadratic := func(s string) {
		for more := true; more; {
			_ = strings.Count(s, "=") + strings.Count(s, ":")
			_, s, more = strings.Cut(s, ";")
		}
	}
	err := check(Repeat(";"), quadratic)
	if err == nil || !strings.Contains(err.Error(), "times as much") {
		t.Errorf("a quadratic function: error %v", err)
	}
}

func TestALinearFunctionPasses(t *testing.T) {
	sum := 0
	for _, f := range []func(string){
		func(s string) {
			for _, c := range []byte(s) {
				sum += int(c)
			}
		},
		func(s string) { sum += len(strings.ReplaceAll(s, ";", ";;")) },
		func(string) {},
	} {
		if err := check(Repeat(";"), f); err != nil {
			t.Error(err)
		}
	}
}

func TestWithinFailsWhatIsFarOut(t *testing.T) {
	busy := func() {
		for end := processor() + 25*time.Millisecond; processor() < end; {
		}
	}
	var far probe
	Within(&far, 0, busy)
	Within(t, 1000, busy)
	if !far.failed {
		t.Error("25 ms for no byte were within the bound")
	}
}

// probe is a test that may fail.
type probe struct {
	testing.TB
	failed bool
}

func (*probe) Helper()                 {}
func (p *probe) Errorf(string, ...any) { p.failed = true }
