//go:build !race

package roundtriptest

const raceEnabled = false
