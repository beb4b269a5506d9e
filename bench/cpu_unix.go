//go:build unix

package main

import (
	"syscall"
	"time"
)

// processor returns the processor time that the process has used so far, including its garbage
// collector.
func processor() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
