package tapetest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReadOnlyMount(t *testing.T) {
	write := func(dir, name string) error { return os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600) }
	dir := ReadOnlyMount(t, func(dir string) { Must(t, write(dir, "before")) })
	if err := write(dir, "after"); !errors.Is(err, syscall.EROFS) {
		t.Errorf("to write a file returns %v, want EROFS", err)
	}
	if _, err := os.ReadFile(filepath.Join(dir, "before")); err != nil {
		t.Error(err)
	}
}
