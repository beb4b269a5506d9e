package layer

import "testing"

func TestACauseHasAName(t *testing.T) {
	for c, want := range map[Cause]string{First: "first", Retry: "retry", Hedge: "hedge", Hedge + 1: "unknown", 255: "unknown"} {
		if got := c.String(); got != want {
			t.Errorf("%d: %q, want %q", uint8(c), got, want)
		}
	}
}
