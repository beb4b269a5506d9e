//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package report

import "os"

// terminalSize does not know the size on these systems. The mode of f shows whether it is a
// terminal.
func terminalSize(f *os.File) (columns, rows int, terminal bool) {
	info, err := f.Stat()
	return 0, 0, err == nil && info.Mode()&os.ModeCharDevice != 0
}
