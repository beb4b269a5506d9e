package main

import (
	"math"
	"testing"
	"time"

	"github.com/gracy-go/gracy/throttle"
)

// What a flag lets pass is a rule that throttle takes.
func TestRates(t *testing.T) {
	for rate, per := range map[float64]time.Duration{leastRate: 1e6 * time.Second, 0.5: 2 * time.Second, 5: 200 * time.Millisecond, mostRate: time.Microsecond} {
		if err := checkRate(rate); err != nil {
			t.Errorf("%v: %v", rate, err)
		}
		if rule := ruleOf(rate); rule.Per != per || rule.Limit != 1 {
			t.Errorf("%v makes %d in %v", rate, rule.Limit, rule.Per)
		}
		throttle.New(ruleOf(rate))
	}
	for _, rate := range []float64{0, -1, 1e-9, 1e7, math.NaN(), math.Inf(1)} {
		if checkRate(rate) == nil {
			t.Errorf("%v is a rate", rate)
		}
	}
}
