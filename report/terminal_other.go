//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package report

import "os"

// terminalWidth does not know the width here; whether f is a terminal is told by its mode.
func terminalWidth(f *os.File) (columns int, terminal bool) {
	info, err := f.Stat()
	return 0, err == nil && info.Mode()&os.ModeCharDevice != 0
}
