//go:build linux || darwin || freebsd || netbsd || dragonfly

package report

import (
	"os"
	"syscall"
	"unsafe"
)

// terminalWidth returns the number of columns of f, 0 if it is not known, and whether f is a terminal.
func terminalWidth(f *os.File) (columns int, terminal bool) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, false
	}
	var size struct{ rows, columns, x, y uint16 }
	if conn.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // the call takes a pointer
		terminal = errno == 0
	}) != nil {
		return 0, false
	}
	return int(size.columns), terminal
}
