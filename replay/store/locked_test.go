package store

import (
	"errors"
	"testing"
	"time"
)

func TestLockedErrorText(t *testing.T) {
	since := time.Date(2026, 11, 28, 1, 2, 3, 0, time.UTC)
	for want, err := range map[string]*LockedError{
		"replay: tape is locked: it is open elsewhere: /x (waited 1s)":                                                     {Path: "/x", Waited: time.Second},
		"replay: tape is locked: it is open elsewhere: /x (by this process since 2026-11-28 01:02:03, waited 1s)":          {Path: "/x", Waited: time.Second, PID: 7, Since: since, Own: true},
		`replay: tape is locked: it is open elsewhere: /x (by process 7 on "ci\n" since 2026-11-28 01:02:03, waited 20ms)`: {Path: "/x", Waited: 20 * time.Millisecond, PID: 7, Host: "ci\n", Since: since},
	} {
		if err.Error() != want || !errors.Is(err, ErrLocked) || errors.Is(err, ErrClosed) {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
