package throttle

import (
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
)

// sleepUntilLate is the sleep of a request with a MaxWait. It needs a larger frame.
func (v *wait) sleepUntilLate() (why int) {
	ready, _ := v.waiter.Owner.(chan struct{})
	select {
	case <-ready:
		return changed
	case <-v.ctx.Done():
		return canceled
	case <-v.patience.C:
		return tooLate
	}
}

// Why a request wakes up.
const (
	changed = iota
	canceled
	tooLate
)

// beforeSleepLocked prepares the request for sleeping, and unlocks the mutex.
func (v *wait) beforeSleepLocked() {
	inLine := v.waiter.Granted()
	v.unlock()
	if !inLine {
		if !v.suspended && !v.reacquiring {
			v.suspended = true
			v.attempt.Suspend()
		}
		v.begin()
	}
	v.slept = v.shell.clock()
}

// afterSleepLocked locks the mutex again after the sleep. It returns the error if the wait is over.
func (v *wait) afterSleepLocked(why int) error {
	v.waited += time.Duration(v.shell.clock() - v.slept)
	v.lock()
	switch why {
	case canceled:
		return ctxerr.Of(v.ctx)
	case tooLate:
		e := v.late(v.waited)
		e.Queue = v.waiter.Others()
		return e
	}
	return nil
}

func (v *wait) begin() {
	if v.begun {
		return
	}
	v.begun = true
	f := v.forecast
	if f == nil {
		return
	}
	if f.MaxWait > 0 {
		v.patience = time.NewTimer(f.MaxWait)
	}
	v.emit(layer.WaitBegin, f.Wait, nil)
}
