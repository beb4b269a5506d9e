package growth

import (
	"syscall"
	"time"
	"unsafe"
)

// processor returns the processor time that the thread has used. getrusage counts the time of a
// thread in ticks of the scheduler, which is too coarse.
func processor() time.Duration {
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(t.Nano())
}
