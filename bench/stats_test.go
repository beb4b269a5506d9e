package main

import "testing"

func TestQuartilesInterpolate(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want quartiles
	}{
		{nil, quartiles{}},
		{[]float64{7}, quartiles{7, 7, 7}},
		{[]float64{4, 2, 1, 3, 5}, quartiles{2, 3, 4}},
		{[]float64{4, 1, 3, 2}, quartiles{1.75, 2.5, 3.25}},
	} {
		if got := quartilesOf(c.in); got != c.want {
			t.Errorf("%v: got %v, want %v", c.in, got, c.want)
		}
	}
}

func TestTheFifthPercentileIsNotTheMinimum(t *testing.T) {
	v := make([]float64, 101)
	for i := range v {
		v[i] = float64(100 - i)
	}
	if got := fifthPercentile(v); got != 5 {
		t.Errorf("got %v, want 5", got)
	}
}
