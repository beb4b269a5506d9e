// Package file holds what the storages that keep a tape in one file have in
// common.
package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Unwritable reports whether an error says that a file or its folder cannot be
// written, by permission or because the file system is read-only.
func Unwritable(err error) bool { return errors.Is(err, fs.ErrPermission) || readOnlySystem(err) }

// CheckRegular returns an error for a path that is not a regular file, such as a symbolic link, a
// folder or a device. For one that does not exist it matches fs.ErrNotExist.
func CheckRegular(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("replay: open tape: %s is a folder", path)
	case mode&fs.ModeSymlink != 0:
		return fmt.Errorf("replay: open tape: %s is a symbolic link: give what it leads to", path)
	case !mode.IsRegular():
		return fmt.Errorf("replay: open tape: %s is not a regular file", path)
	}
	return nil
}
