package metrics

import "time"

// seconds returns the seconds of a sum of durations that only grows. A time.Duration holds 292 years,
// which many calls at once, such as streams, take in weeks. Here the sum goes on to 584 years, and
// then starts again at 0, which Prometheus takes for a counter reset.
func seconds(sum time.Duration) float64 {
	return float64(uint64(sum)) / float64(time.Second) //nolint:gosec // the bits of the sum
}
