package replay

import "time"

// LeaveRest makes a tape read nothing after a body was closed.
func (t *Tape) LeaveRest() { t.rest = rest{} }

// WaitForRest makes a tape wait for as long as a busy machine may take.
func (t *Tape) WaitForRest() { t.rest.time = 10 * time.Second }
