package tapetest

import (
	"syscall"
	"testing"
)

// ReadOnlyMount returns a folder on a read-only mount, filled by fill. It skips the test without
// root, which a mount needs.
func ReadOnlyMount(t *testing.T, fill func(dir string)) string {
	t.Helper()
	dir := t.TempDir()
	fill(dir)
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip(err)
	}
	return dir
}
