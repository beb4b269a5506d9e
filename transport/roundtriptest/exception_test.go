package roundtriptest

import (
	"strings"
	"testing"
)

func TestAllowancesAreWrittenByName(t *testing.T) {
	if got, want := (Retries | Edits | TimesOut).String(), "Retries|Edits|TimesOut"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got := Allowance(0).String(); got != "" {
		t.Errorf("no allowance is written as %q", got)
	}
	if n := len(strings.Fields(allowanceNames)); TimesOut != 1<<(n-1) {
		t.Errorf("%d names for the allowances up to %d", n, TimesOut)
	}
}

func TestASkipNeedsACaseAndAReason(t *testing.T) {
	e, wrong := sum([]Exception{Retries, nil, Edits | Buffers, Skip("wire-gzip", "it unpacks brotli itself")})
	if len(wrong) > 0 || e.allow != Retries|Edits|Buffers || len(e.skips) != 1 {
		t.Errorf("sum: %+v, %q", e, wrong)
	}
	_, wrong = sum([]Exception{Skip("no-such-case", "because"), Skip("wire-gzip", " ")})
	if len(wrong) != 2 || !strings.Contains(wrong[0], "no-such-case") || !strings.Contains(wrong[1], "reason") {
		t.Errorf("wrong exceptions are reported as %q", wrong)
	}
}

func TestAnAllowanceLeavesOutTheCasesThatContradictIt(t *testing.T) {
	e := exceptions{allow: Buffers | NeverCallsNext, skips: []skip{{"wire-gzip", "declared"}}}
	for _, c := range cases() {
		why := e.contradicts(c)
		switch {
		case c.alone && c.out == 0 && why != "":
			t.Errorf("%s: %q; want it to run for a layer that never calls next", c.name, why)
		case !c.alone && why == "":
			t.Errorf("%s runs for a layer that never calls next", c.name)
		}
		if why := e.skipped(c); (why == "declared") != (c.name == "wire-gzip") {
			t.Errorf("%s: skipped for %q", c.name, why)
		}
		if why := (exceptions{}).contradicts(c) + (exceptions{}).skipped(c); why != "" {
			t.Errorf("%s: %q without exceptions", c.name, why)
		}
	}
}
