package store

import (
	"testing"
	"time"
)

func TestID(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_123)
	if got := (IDAt(now) + 5).Time(); !got.Equal(now) {
		t.Errorf("got %v", got)
	}
	if IDAt(time.Time{}) != 0 || IDAt(time.UnixMilli(-5)) != 0 {
		t.Error("times before the epoch are not 0")
	}
}
