package sqlite_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage returns the processor time that fn takes and the most memory that the process has
// meanwhile, in KiB. The memory of SQLite is not on the Go heap.
func usage(fn func()) (took time.Duration, resident int) {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // resets the peak
	before := processor()
	fn()
	took = processor() - before
	status, _ := os.ReadFile("/proc/self/status")
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if fields := strings.Fields(peak); len(fields) > 0 {
		resident, _ = strconv.Atoi(fields[0])
	}
	return took, resident
}

func processor() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
