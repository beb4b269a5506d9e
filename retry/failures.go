package retry

import (
	"net/url"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/gracy-go/gracy/internal/keyhash"
)

// The bounds of what is remembered about failed calls.
const (
	maxFailures   = 1024
	repeatWithin  = 90 * time.Second // after the failure; the longest waits of SDKs are a minute
	maxRepeatHint = time.Hour        // the longest hint that extends repeatWithin
)

// failures are the calls of a layer whose failure was returned, for as long as the caller
// may send them again. It is safe for concurrent use.
type failures struct {
	seed keyhash.Seed

	// count is the number of failures so far. A call that began at a lower count than that of a
	// failure was in flight at the same time and does not repeat it.
	count atomic.Uint64
	live  atomic.Int32 // the length of byFull, so that calls take no lock while it is 0

	mu         sync.Mutex // mu guards what follows
	byFull     map[uint64]*failure
	byEvidence map[evidence]uint64 // the keys in byFull, at most two for each
	latest     time.Time           // when the last failure is forgotten
}

// failure is one fingerprint that has failed at least once.
type failure struct {
	full    uint64
	context evidence // of the last time
	object  evidence
	url     weak.Pointer[url.URL] // of the last time; weak, since the address alone may be reused

	first uint64    // the count of the first time
	since time.Time // when that was
	last  uint64    // the count of the last time
	at    time.Time // when that was
	until time.Time // a call that begins later is no repeat

	status int   // what was returned the last time
	err    error // nil unless a policy needs it
}

// newFailures returns an empty memory.
func newFailures() *failures { return &failures{seed: keyhash.New()} }

// any reports whether there is a failure that a call may repeat.
func (f *failures) any() bool { return f.live.Load() > 0 }

// remember records a failure that is being returned. hint is how long the server asked to wait.
func (f *failures) remember(p fingerprint, now time.Time, hint time.Duration, status int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	count := f.count.Add(1)
	e := f.findLocked(p)
	if e != nil && now.After(e.until) {
		f.dropLocked(e)
		e = nil
	}
	if e == nil {
		f.roomLocked(count, now)
		e = &failure{full: p.full, first: count, since: now}
		f.byFull[p.full] = e
	}
	f.unlinkLocked(e)
	e.context, e.object, e.url = p.context(), p.object(), weak.Make(p.url)
	if e.context.done != nil {
		f.byEvidence[e.context] = e.full
	}
	if e.object.url != 0 {
		f.byEvidence[e.object] = e.full
	}
	e.last, e.at, e.until, e.status, e.err = count, now, now.Add(repeatWithin+min(hint, maxRepeatHint)), status, err
	if e.until.After(f.latest) {
		f.latest = e.until
	}
	f.live.Store(int32(len(f.byFull)))
}

// of returns the failure that a call repeats. The call began at start and at the given count. alike
// is whether both have the same lasting headers. Otherwise they have a context or a URL object in
// common.
func (f *failures) of(p fingerprint, start time.Time, count uint64) (e failure, alike, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if start.After(f.latest) {
		f.clearLocked()
		return failure{}, false, false
	}
	found := f.findLocked(p)
	if found == nil || count < found.first || start.Before(found.since) || start.After(found.until) {
		return failure{}, false, false
	}
	e = *found
	if e.at.After(start) { // the latest time was another call that was in flight too
		e.at = start
	}
	return e, e.full == p.full, true
}

// forget drops the failures that a success at now has disproved.
func (f *failures) forget(p fingerprint, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.After(f.latest) {
		f.clearLocked()
		return
	}
	for e := f.findLocked(p); e != nil; e = f.findLocked(p) {
		f.dropLocked(e)
	}
	f.live.Store(int32(len(f.byFull)))
}

func (f *failures) findLocked(p fingerprint) *failure {
	if e := f.byFull[p.full]; e != nil {
		return e
	}
	if full, ok := f.byEvidence[p.context()]; ok && p.done != nil {
		return f.byFull[full]
	}
	if full, ok := f.byEvidence[p.object()]; ok && p.url != nil {
		if e := f.byFull[full]; e.url.Value() == p.url {
			return e
		}
	}
	return nil
}

func (f *failures) dropLocked(e *failure) {
	f.unlinkLocked(e)
	delete(f.byFull, e.full)
}

// unlinkLocked deletes the evidence of e, unless a later failure owns it. mu must be held.
func (f *failures) unlinkLocked(e *failure) {
	for _, k := range [...]evidence{e.context, e.object} {
		if f.byEvidence[k] == e.full {
			delete(f.byEvidence, k)
		}
	}
}

func (f *failures) clearLocked() {
	f.byFull, f.byEvidence = nil, nil
	f.live.Store(0)
}

// roomLocked makes room for one more failure. It drops the older half of a full memory. mu must be
// held.
func (f *failures) roomLocked(count uint64, now time.Time) {
	if f.byFull == nil {
		f.byFull, f.byEvidence = make(map[uint64]*failure), make(map[evidence]uint64)
	}
	if len(f.byFull) < maxFailures {
		return
	}
	for _, e := range f.byFull {
		if now.After(e.until) || e.last+maxFailures/2 <= count {
			f.dropLocked(e)
		}
	}
}
