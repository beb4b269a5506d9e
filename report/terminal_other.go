//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package report

import "os"

// terminalWidth does not know the width on these systems. The mode of f says whether it is a terminal.
func terminalWidth(f *os.File) (columns int, terminal bool) {
	info, err := f.Stat()
	return 0, err == nil && info.Mode()&os.ModeCharDevice != 0
}
