package replay

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// An outage bounds how long the requests of ModeSmart wait for a database that does not respond. After
// a lookup that failed, further ones fail at once for as long as that one took, so at most half of the
// time goes into lookups in vain. A lookup that fails quickly changes nothing.
type outage struct{ latest atomic.Pointer[failedLookup] }

// A failedLookup is the error of a lookup, and until when others fail by it.
type failedLookup struct {
	err   error
	until time.Time
}

// ongoing returns the error of a lookup that is not to be made, or nil.
func (o *outage) ongoing() error {
	f := o.latest.Load()
	if f == nil || !time.Now().Before(f.until) {
		return nil
	}
	return fmt.Errorf("replay: not looked up, since an earlier lookup failed: %w", f.err)
}

// record records a lookup that began at start. One that ended with the context of its request says
// nothing.
func (o *outage) record(ctx context.Context, start time.Time, err error) {
	switch {
	case err == nil:
		if o.latest.Load() != nil {
			o.latest.Store(nil)
		}
	case ctx.Err() == nil:
		now := time.Now()
		o.latest.Store(&failedLookup{err, now.Add(now.Sub(start))})
	}
}
