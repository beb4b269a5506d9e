package store

import (
	"fmt"
	"time"
)

// A LockedError says who has a tape open, as far as that is known. It matches
// [ErrLocked].
type LockedError struct {
	Path   string
	Waited time.Duration
	// PID, Host and Since are the process that has the tape open for writing, 0, ""
	// and zero where that is not known: a reader is not, nor is one of a crash.
	PID   int
	Host  string
	Since time.Time
	// Own says that it is this process.
	Own bool
}

// Error names the file, the time that was waited and, where it is known, the process.
func (e *LockedError) Error() string {
	who := ""
	switch {
	case e.Own:
		who = fmt.Sprintf("by this process since %s, ", e.Since.Format(time.DateTime))
	case e.PID != 0:
		who = fmt.Sprintf("by process %d on %q since %s, ", e.PID, e.Host, e.Since.Format(time.DateTime))
	}
	return fmt.Sprintf("%v: %s (%swaited %v)", ErrLocked, e.Path, who, e.Waited)
}

// Is reports whether target is ErrLocked.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }
