package throttle

import (
	"strings"
	"testing"
	"time"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]Rule{
		"10/90s": {Limit: 10, Per: 90 * time.Second}, "2/s": {Limit: 2, Per: time.Second}, "500/m": {Limit: 500, Per: time.Minute},
		"1000/24h": {Limit: 1000, Per: 24 * time.Hour}, "5/1m30s": {Limit: 5, Per: 90 * time.Second}, "1/250ms": {Limit: 1, Per: 250 * time.Millisecond},
		"1/87600h": {Limit: 1, Per: 87600 * time.Hour},
	} {
		if got, err := ParseRate(text); err != nil || MustRate(text).Per != got.Per || got.Limit != want.Limit || got.Per != want.Per {
			t.Errorf("ParseRate(%q) is %d per %v, %v", text, got.Limit, got.Per, err)
		} else if p := panics(func() { New(got) }); p != "" {
			t.Errorf("ParseRate(%q): New panics with %q", text, p)
		}
	}
	for _, text := range []string{"", "10", "/s", "0/s", "-1/s", "10/", "10/x", "10/0s", "10/-1s", "a/s", "1.5/s", "1/87601h", "1/2562047h"} {
		if got := panics(func() { MustRate(text) }); !strings.HasPrefix(got, "throttle: ") {
			t.Errorf("MustRate(%q) panics with %q", text, got)
		}
		if _, err := ParseRate(text); err == nil || !strings.HasPrefix(err.Error(), "throttle: ") {
			t.Errorf("ParseRate(%q): %v", text, err)
		}
	}
}
