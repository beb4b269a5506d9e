package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LockWait is how long Open waits for a tape that another has open.
const LockWait = time.Second

const lockPoll = 20 * time.Millisecond

var (
	errBusy   = errors.New("locked") // another process holds the lock
	errNoLock = errors.ErrUnsupported
)

// A Lock is the right to write a tape, and to make and remove its temporary files. The nil Lock
// holds nothing. The system releases the lock of a process that dies.
//
// The locked file is a separate one beside the tape, because a tape that is written under another
// name and renamed is a different file each time.
type Lock struct {
	file *os.File
	tape string
}

// Acquire locks a tape, which need not exist, and makes its folder. It waits for [LockWait] and
// then returns a LockedError of package store. If no lock file can be made, because the folder is
// not writable or the system has no locks, it returns nil without an error: nobody can write the
// tape there either, or nobody can be kept from it.
func Acquire(tape string) (*Lock, error) {
	name := lockName(tape)
	if err := os.MkdirAll(filepath.Dir(tape), 0o700); Unwritable(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("replay: open tape: %w", err)
	}
	for end := time.Now().Add(LockWait); ; {
		f, err := tryLock(name)
		switch {
		case err == nil:
			_ = f.Truncate(0)
			self().write(f)
			return &Lock{f, tape}, nil
		case errors.Is(err, errNoLock), Unwritable(err):
			return nil, nil
		case !errors.Is(err, errBusy):
			return nil, fmt.Errorf("replay: open tape %s: %w", tape, err)
		case time.Now().After(end):
			return nil, Locked(tape)
		}
		<-time.NewTimer(lockPoll).C
	}
}

// Release gives the lock back and removes its file.
func (l *Lock) Release() {
	if l != nil {
		unlock(l.file)
	}
}

func lockName(tape string) string { return filepath.Join(filepath.Dir(tape), ownName(tape)+".lock") }
