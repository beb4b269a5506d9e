package brief

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                        "0s",
		999:                      "999ns",
		1234:                     "1.23µs",
		87_654 * time.Nanosecond: "87.7µs",
		1_234_567_890:            "1.23s",
		100 * time.Second:        "1m40s",
		time.Hour + time.Second:  "1h0m0s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d is %q, want %q", d, got, want)
		}
	}
}
