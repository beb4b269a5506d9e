package rttest

import "testing"

// Allocs returns how often f allocates, on average over some runs: the least of five
// measurements of [testing.AllocsPerRun], since what else runs in the process only adds.
func Allocs(runs int, f func()) float64 {
	least := testing.AllocsPerRun(runs, f)
	for range 4 {
		least = min(least, testing.AllocsPerRun(runs, f))
	}
	return least
}

// AllocsDiffer reports whether an operation allocates otherwise than it should: exactly so
// often, and with a later release of Go at most once more.
func AllocsDiffer(got, want float64) bool {
	return got != want && (!allocsVary || got > want+1)
}
