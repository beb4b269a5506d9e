package store

import (
	"fmt"
	"time"
)

// A LockedError says who has a tape open, as far as that is known. It matches [ErrLocked].
type LockedError struct {
	Path   string
	Waited time.Duration
	// PID, Host and Since describe the process that has the tape open for writing. They are zero
	// if that is not known, as for a reader or after a crash.
	PID   int
	Host  string
	Since time.Time
	// Own says that it is this process.
	Own bool
}

// Error names the file, the time spent waiting and, if it is known, the process.
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
