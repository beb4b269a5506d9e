package report

import (
	"testing"
	"time"
)

func TestDurationsHaveThreeDigits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ns", 999: "999ns", time.Microsecond: "1µs", 12345: "12.3µs", 999499: "999µs", 999500: "1ms",
		38 * time.Millisecond: "38ms", 1234567: "1.23ms", 999499999: "999ms", 999500000: "1s", 1240 * time.Millisecond: "1.24s",
		59949 * time.Millisecond: "59.9s", 59950 * time.Millisecond: "1m00s", 90 * time.Second: "1m30s",
		time.Hour - time.Second: "59m59s", time.Hour - 500*time.Millisecond: "1h00m", 26*time.Hour + 5*time.Minute: "26h05m",
	} {
		if got := humanDuration(d); got != want {
			t.Errorf("humanDuration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestPercentsAreZeroOnlyForNone(t *testing.T) {
	for p, want := range map[float64]string{0: "0%", 0.001: "0.1%", 0.5: "0.5%", 50: "50.0%", 99.99: "99.9%", 100: "100%"} {
		if got := humanPercent(p); got != want {
			t.Errorf("humanPercent(%v) = %q, want %q", p, got, want)
		}
	}
}

func TestSignificantKeepsThreeDigits(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 0.0167: "0.02", 1: "1", 1.5: "1.5", 9.994: "9.99", 9.996: "10", 12.34: "12.3", 99.96: "100", 1234.5: "1235"} {
		if got := significant(f); got != want {
			t.Errorf("significant(%v) = %q, want %q", f, got, want)
		}
	}
}

func TestNumbersForProgramsArePlain(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{nil, ""}, {count(12), "12"}, {percent(99.5), "99.5"}, {1500 * time.Microsecond, "0.0015"}, {1003691 * time.Microsecond, "1.003691"}, {5*time.Second + 7, "5.000000007"}, {perSecond(0.25), "0.25"},
	} {
		if got := machine(tt.v); got != tt.want {
			t.Errorf("machine(%v) = %q, want %q", tt.v, got, tt.want)
		}
	}
	if got := human(nil); got != "-" {
		t.Errorf("human(nil) = %q", got)
	}
}
