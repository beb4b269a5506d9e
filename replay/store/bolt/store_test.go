package bolt

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Errors say which file is meant.
func TestErrorsNameTheFile(t *testing.T) {
	path := tapeFile(t, 1)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	err = s.Delete(1)
	if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
		t.Errorf("write to a store for reading: %v", err)
	}
	tapetest.Must(t, s.Close())
	if _, err := s.Last(); !errors.Is(err, store.ErrClosed) || !strings.Contains(err.Error(), path) {
		t.Errorf("after Close: %v", err)
	}
}
