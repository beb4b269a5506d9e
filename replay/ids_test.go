package replay

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func TestIDsOnlyGrow(t *testing.T) {
	var s idSource
	now := time.UnixMilli(1_700_000_000_123)
	first := s.next(now)
	if first != store.IDAt(now) {
		t.Errorf("first %d, want %d", first, store.IDAt(now))
	}
	if second := s.next(now); second != first+1 {
		t.Errorf("second of the same moment %d, want %d", second, first+1)
	}
	if third := s.next(now.Add(-time.Hour)); third != first+2 {
		t.Errorf("after the clock went back %d, want %d", third, first+2)
	}
}
