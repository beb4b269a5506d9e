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
