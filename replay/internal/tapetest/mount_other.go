//go:build !linux

package tapetest

import "testing"

// ReadOnlyMount skips the test.
func ReadOnlyMount(t *testing.T, _ func(dir string)) string {
	t.Helper()
	t.Skip("permissions do not bind root")
	return ""
}
