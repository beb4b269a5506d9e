package main

import (
	"time"

	"github.com/gracy-go/gracy/throttle"
)

// These are the bounds of --rate, in requests per second. The least is one in twelve days.
const (
	leastRate = 1e-6
	mostRate  = 1e6
)

// checkRate returns what is wrong with a rate.
func checkRate(perSecond float64) error {
	if !(perSecond >= leastRate && perSecond <= mostRate) { // NaN is neither
		return usagef("--rate: %v is not between %v and %v requests per second", perSecond, leastRate, mostRate)
	}
	return nil
}

// ruleOf returns the rule of a rate that is right.
func ruleOf(perSecond float64) throttle.Rule {
	return throttle.Rule{Limit: 1, Per: time.Duration(float64(time.Second) / perSecond)}
}
