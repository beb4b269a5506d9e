package throttle

import (
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
)

// sleepLocked waits for a change. A granted request waits only for the previous one in its line,
// which is about to leave. It unlocks the mutex meanwhile.
func (v *wait) sleepLocked() error {
	v.beforeSleepLocked()
	var late <-chan time.Time
	if v.patience != nil {
		late = v.patience.C
	}
	ready, _ := v.waiter.Owner.(chan struct{})
	why := changed
	select {
	case <-ready:
	case <-v.ctx.Done():
		why = canceled
	case <-late:
		why = tooLate
	}
	return v.afterSleepLocked(why)
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
