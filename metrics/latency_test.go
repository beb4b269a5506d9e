package metrics

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// observed returns the distribution of the samples.
func observed(samples ...time.Duration) Latency {
	h := newHistogram()
	for _, d := range samples {
		h.observe(d)
	}
	return group{h}.latency()
}

func TestTheSumOfTwoPartsIsTheWhole(t *testing.T) {
	for name, samples := range distributions() {
		t.Run(name, func(t *testing.T) {
			cut := len(samples) / 3
			a, b := observed(samples[:cut]...), observed(samples[cut:]...)
			if got, want := a.Add(b), observed(samples...); !reflect.DeepEqual(got, want) {
				t.Errorf("merged parts differ from the whole:\n%+v\n%+v", got, want)
			}
			if again := observed(samples[:cut]...); !reflect.DeepEqual(a, again) {
				t.Error("Add changed its receiver")
			}
		})
	}
}

// The TOTAL row of gracy for Python shows a mean of means and a maximum of zero.
func TestTheMeanOfASumIsWeighted(t *testing.T) {
	fast := make([]time.Duration, 99)
	for i := range fast {
		fast[i] = 10 * time.Millisecond
	}
	sum := observed(fast...).Add(observed(time.Second))
	if want := (99*10*time.Millisecond + time.Second) / 100; sum.Mean != want {
		t.Errorf("mean %v, want %v", sum.Mean, want)
	}
	if sum.Max != time.Second {
		t.Errorf("max %v, want 1s", sum.Max)
	}
}

func TestAnEmptyLatencyAddsNothing(t *testing.T) {
	var zero Latency
	if got := zero.Quantile(0.5); got != 0 {
		t.Errorf("median of nothing is %v", got)
	}
	one := observed(time.Second)
	if got := zero.Add(one); !reflect.DeepEqual(got, one) {
		t.Errorf("zero + one = %+v", got)
	}
	if got := one.Add(zero); !reflect.DeepEqual(got, one) {
		t.Errorf("one + zero = %+v", got)
	}
}

func TestTheJSONOfALatencyIsStable(t *testing.T) {
	text, err := json.Marshal(observed(time.Millisecond, time.Second))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"count":2,"sum_ns":1001000000,"min_ns":1000000,"mean_ns":500500000,"p50_ns":1000000,` +
		`"p90_ns":1000000000,"p99_ns":1000000000,"max_ns":1000000000,"buckets":[{"i":-159,"n":1},{"i":0,"n":1}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
