package main

import "slices"

// quartiles are the first quartile, the median and the third quartile.
type quartiles struct{ low, mid, high float64 }

// quartilesOf computes the quartiles of values in any order.
func quartilesOf(v []float64) quartiles {
	v = slices.Clone(v)
	slices.Sort(v)
	return quartiles{rank(v, 0.25), rank(v, 0.5), rank(v, 0.75)}
}

// rank returns the quantile q of sorted v, interpolated between the two nearest values.
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

// fifthPercentile returns the time of a slice that nothing else disturbed. It is not the minimum,
// which may be a slice without a run of the garbage collector.
func fifthPercentile(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return rank(v, 0.05)
}
