//go:build linux || darwin || freebsd || netbsd || dragonfly

package report

import (
	"os"
	"syscall"
	"unsafe"
)

// terminalSize returns the size of f, or zeros if it is unknown, and whether f is a terminal.
func terminalSize(f *os.File) (columns, rows int, terminal bool) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var size struct{ rows, columns, x, y uint16 }
	if conn.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // the call takes a pointer
		terminal = errno == 0
	}) != nil {
		return 0, 0, false
	}
	return int(size.columns), int(size.rows), terminal
}
