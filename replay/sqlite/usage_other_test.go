//go:build !linux

package sqlite_test

import "time"

// usage returns the time that fn takes. Memory is measured only on Linux.
func usage(fn func()) (took time.Duration, resident int) {
	start := time.Now()
	fn()
	return time.Since(start), 0
}
