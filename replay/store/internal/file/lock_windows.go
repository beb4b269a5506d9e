package file

import (
	"errors"
	"os"
	"syscall"
)

const (
	deleteOnClose    = 0x04000000
	sharingViolation = syscall.Errno(32)
	deletePending    = syscall.Errno(303)
	writeProtect     = syscall.Errno(19)
)

// tryLock makes the file and opens it without sharing, or returns errBusy. Windows removes the file
// when it is closed, also by the end of the process.
func tryLock(name string) (*os.File, error) {
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|deleteOnClose, 0)
	if errors.Is(err, sharingViolation) || errors.Is(err, deletePending) {
		return nil, errBusy
	}
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}

func unlock(f *os.File) { _ = f.Close() }

func readOnlySystem(err error) bool { return errors.Is(err, writeProtect) }

// alive returns true, since it is not known whether a process runs.
func alive(int) bool { return true }
