package replay

// LeaveRest makes a tape read nothing after a body was closed.
func (t *Tape) LeaveRest() { t.rest = rest{} }
