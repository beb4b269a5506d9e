package retry_test

import (
	"math"
	"testing"
	"time"

	"github.com/gracy-go/gracy/retry"
)

func TestJitterSpreadsTheDelay(t *testing.T) {
	for _, test := range []struct {
		jitter retry.Jitter
		r      float64
		want   time.Duration
	}{
		{retry.FullJitter, 0, 0},
		{retry.FullJitter, 0.25, 250 * time.Millisecond},
		{retry.FullJitter, math.Nextafter(1, 0), time.Second - 1},
		{retry.EqualJitter, 0, time.Second / 2},
		{retry.EqualJitter, 0.5, 750 * time.Millisecond},
		{retry.NoJitter, 0, time.Second},
		{retry.NoJitter, 0.9, time.Second},
		{retry.FullJitter, -1, 0},
		{retry.FullJitter, 7, time.Second},
		{retry.FullJitter, math.NaN(), 0},
	} {
		if got := retry.FaultWait(retry.Policy{Delay: time.Second, Jitter: test.jitter}, 1, test.r); got != test.want {
			t.Errorf("%s of 1s with %v is %v, want %v", test.jitter, test.r, got, test.want)
		}
	}
	if got := retry.Jitter(9).String(); got != "unknown jitter" {
		t.Errorf("%q", got)
	}
}

func TestNoDelayIsNoneAfterAnyNumberOfAttempts(t *testing.T) {
	for _, n := range []int{1, 3, 5000, math.MaxInt32} {
		if got := retry.FaultWait(retry.Policy{Delay: retry.NoDelay}, n, 0.5); got != 0 {
			t.Errorf("%v after %d attempts", got, n)
		}
	}
}

func TestTheSumOfTheWaitsDoesNotOverflow(t *testing.T) {
	p := retry.Policy{Delay: time.Second, MaxDelay: 4 * time.Second}
	for n, want := range map[int]time.Duration{0: 0, 1: time.Second, 3: 7 * time.Second, 10: 35 * time.Second, math.MaxInt32: 4*time.Second*math.MaxInt32 - 5*time.Second} {
		if got := retry.FaultSum(p, n); got != want {
			t.Errorf("the sum of %d waits is %v, want %v", n, got, want)
		}
	}
	if got := retry.FaultSum(retry.Policy{Delay: math.MaxInt64}, math.MaxInt32); got != math.MaxInt64 {
		t.Errorf("the sum overflowed to %v", got)
	}
}

// For any policy, attempt and draw the wait is in [0, MaxDelay], and the hint
// is a minimum.
func FuzzWait(f *testing.F) {
	for _, n := range []int{0, 1, 2, 63, 64, math.MaxInt32, math.MaxInt} {
		f.Add(int64(time.Second), 2.0, int64(20*time.Second), uint8(0), n, 0.5, int64(time.Minute))
		f.Add(int64(retry.NoDelay), 1e308, int64(0), uint8(1), n, 0.99999, int64(0))
		f.Add(int64(math.MaxInt64), 1.0, int64(math.MaxInt64), uint8(2), n, 0.0, int64(1))
		f.Add(int64(1), 1.0000001, int64(math.MaxInt64), uint8(0), n, math.NaN(), int64(9))
	}
	f.Fuzz(func(t *testing.T, delay int64, multiplier float64, limit int64, jitter uint8, n int, r float64, hint int64) {
		p := retry.Policy{Delay: time.Duration(delay), Multiplier: multiplier, MaxDelay: time.Duration(limit), Jitter: retry.Jitter(jitter)}
		if !valid(p) {
			return
		}
		most := p.MaxDelay
		if most == 0 {
			most = max(20*time.Second, p.Delay)
		}
		for _, d := range []time.Duration{retry.FaultWait(p, n, r), retry.ThrottleWait(p, n, r), retry.FaultCeiling(p, n)} {
			if d < 0 || d > most {
				t.Errorf("%+v after %d with %v: %v is not in [0, %v]", p, n, r, d, most)
			}
		}
		if a, b := retry.FaultCeiling(p, n), retry.FaultCeiling(p, n/2); a < b {
			t.Errorf("%+v shrinks from %v after %d to %v after %d", p, b, n/2, a, n)
		}
		if h := time.Duration(hint); h >= 0 && h <= 366*24*time.Hour {
			if got := retry.Spread(h, r); got < h || got > h+min(h/10, time.Second) {
				t.Errorf("hint %v with %v became %v", h, r, got)
			}
		}
		_ = p.String()
	})
}

// valid reports whether New accepts the policy.
func valid(p retry.Policy) (ok bool) {
	defer func() { ok = recover() == nil }()
	retry.New(p)
	return
}
