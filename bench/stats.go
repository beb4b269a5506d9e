package main

import "slices"

// quartiles are the first quartile, the median and the third.
type quartiles struct{ low, mid, high float64 }

func quart(v []float64) quartiles {
	v = slices.Clone(v)
	slices.Sort(v)
	return quartiles{rank(v, 0.25), rank(v, 0.5), rank(v, 0.75)}
}

// rank interpolates between the two values of sorted v beside the quantile q.
func rank(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	at := q * float64(len(v)-1)
	i := int(at)
	if i+1 == len(v) {
		return v[i]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

// least is what a slice takes that nobody disturbs: the 5th percentile, since the
// very least may be a slice that the collector left out.
func least(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return rank(v, 0.05)
}
