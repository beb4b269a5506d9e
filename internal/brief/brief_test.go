package brief

import (
	"math"
	"strconv"
	"strings"
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

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 sends", 1: "1 send", 2: "2 sends", 1000: "1000 sends"} {
		if got := Count(n, "send"); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	list := strings.Split("0123456789abcdef", "")
	for n, want := range map[int]string{0: "", 1: "0", 10: "0 1 2 3 4 5 6 7 8 9", 11: "0 1 2 3 4 5 6 7 8 9 a", 12: "0 1 2 3 4 5 6 7 8 9 and 2 more"} {
		if got := strings.Join(Lines(list[:n]), " "); got != want {
			t.Errorf("of %d: %q, want %q", n, got, want)
		}
	}
	if got := strings.Join(list, ""); got != "0123456789abcdef" {
		t.Errorf("the list is %q afterwards", got)
	}
}

func TestText(t *testing.T) {
	for _, c := range [][2]string{{"", ""}, {"0123456789", "0123456789"}, {"0123456789a", "0123456…"}, {"012345é789a", "012345…"}, {"ééééééé", "ééé…"}, {strings.Repeat("\x80", 11), "…"}} {
		if got := Text(c[0], 10); got != c[1] {
			t.Errorf("%q is %q, want %q", c[0], got, c[1])
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", 1: "0.000000001", 307 * time.Microsecond: "0.000307", 1_003_691 * time.Microsecond: "1.003691", -1_500_000_000: "-1.5", time.Hour: "3600",
	} {
		if got := strconv.FormatFloat(Seconds(d), 'f', -1, 64); got != want {
			t.Errorf("%d is %s, want %s", d, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1 << 10: "1 KiB", 1<<10 + 1: "2 KiB", 32 << 20: "32 MiB", 3 << 30: "3 GiB", math.MaxInt64: "8589934592 GiB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
