package throttle

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// shell is what the core of a limiter lacks: a mutex, a clock and a timer, and for each waiting
// request a channel, a context and its holds. All decisions are the core's.
type shell struct {
	epoch time.Time
	armed atomic.Int32 // the number of pauses, plus one once the shell is closed

	mu      sync.Mutex // mu guards the core and all below; no function of the user's is called under it
	core    *admission.Core
	closed  bool
	latest  int64 // the latest reading of the clock
	timer   *time.Timer
	timerAt int64
}

// clock returns the time in nanoseconds since the epoch.
func (s *shell) clock() int64 { return int64(time.Since(s.epoch)) }

func (s *shell) nowLocked() int64 { return s.clampLocked(s.clock()) }

// clampLocked returns a time that was read before the mutex was locked, but no earlier than the
// latest one used: what has expired by then stays expired.
func (s *shell) clampLocked(clock int64) int64 {
	s.latest = max(s.latest, clock)
	return s.latest
}

// admit admits a request that nothing holds back.
func (s *shell) admit(d *admission.Demand) bool {
	clock := s.clock() // outside: reading it is most of the work
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	now := s.clampLocked(clock)
	said := s.core.Admit(d, now)
	if d.Keyed { // the core may have dropped a pause that is over
		s.countPausesLocked()
	}
	if said == admission.MustAsk && s.askLocked(d, now) {
		s.core.Commit(d, now)
		return true
	}
	return said == admission.Admitted
}

// admitPlain admits a request of one plain rule, unless something may hold it back.
func (s *shell) admitPlain(r *admission.Rule) (entry int64, ok bool) {
	clock := s.clock()
	s.mu.Lock()
	if !s.closed {
		entry, ok = s.core.AdmitPlain(r, s.clampLocked(clock))
	}
	s.mu.Unlock()
	return entry, ok
}

// askLocked gets the tokens of stores that reply immediately.
func (s *shell) askLocked(d *admission.Demand, now int64) bool {
	for {
		r, ok := s.core.NextAsk(d, now)
		if !ok || r == nil {
			return ok
		}
		s.core.Recorded(r, now, take(context.Background(), r))
	}
}

// take asks the store of a resource for one token.
func take(ctx context.Context, r *admission.Resource) meter.Reply {
	asked := time.Now()
	limit, left, reset, ok, err := r.Store.Take(ctx, r.Key)
	return meter.Reply{Limit: limit, Left: left, Wait: meter.WaitUntil(reset, asked), OK: ok, Err: err}
}

// finish counts the end of a request that was admitted.
func (s *shell) finish(d *admission.Demand, o admission.Outcome) {
	s.with(func(now int64) { s.core.Finish(d, o, now) })
}

// recount counts a request that was admitted and has not left as one that leaves now. It reports
// false if the request cannot leave.
func (s *shell) recount(d *admission.Demand) (ok bool) {
	s.with(func(now int64) { ok = d.Recount(s.core, now) })
	return ok
}

func (s *shell) report(spent []admission.Spent, actual int) {
	s.with(func(now int64) { s.core.Report(spent, actual, now) })
}

func (s *shell) arm(key pauses.Key, o pauses.Order) (wait time.Duration, fresh bool) {
	s.with(func(now int64) { wait, fresh = s.core.Arm(key, o, now) })
	return wait, fresh
}

// change gives rules new laws. next returns both. It is called under the mutex, so that two changes
// do not mix.
func (s *shell) change(next func() ([]*admission.Rule, []admission.Law, error)) (err error) {
	s.with(func(now int64) {
		var rules []*admission.Rule
		var laws []admission.Law
		if rules, laws, err = next(); err == nil {
			s.core.SetLaws(rules, laws, now)
		}
	})
	return err
}

func (s *shell) close() {
	s.with(func(now int64) {
		s.closed = true
		s.core.Close(now)
	})
}

func (s *shell) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.core.Waiting()
}

// pauses calls do with the pauses and the current instant. do must not arm a pause.
func (s *shell) pauses(do func(t *pauses.Table, now int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.core.Pauses(), s.nowLocked())
}

// with calls do under the mutex and then does what the core asks for.
func (s *shell) with(do func(now int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.nowLocked())
	s.updateLocked()
}

func (s *shell) tick() { s.with(s.tickLocked) }

func (s *shell) tickLocked(now int64) {
	s.timerAt = 0
	s.core.Tick(now)
}

// updateLocked does what the core asks for: it wakes waiters and sets the timer.
func (s *shell) updateLocked() {
	woken := s.core.Woken()
	for i, w := range woken {
		if ready, ok := w.Owner.(chan struct{}); ok {
			select {
			case ready <- struct{}{}:
			default:
			}
		}
		woken[i] = nil
	}
	s.countPausesLocked()
	at := s.core.LookAgainAt()
	switch {
	case at == meter.Never && s.timer != nil:
		s.timer.Stop()
		s.timer = nil
		s.timerAt = 0
	case at == meter.Never:
	case s.timer == nil:
		s.timer = time.AfterFunc(time.Duration(at-s.latest), s.tick)
		s.timerAt = at
	case s.timerAt != at:
		s.timer.Reset(time.Duration(at - s.latest))
		s.timerAt = at
	}
}

func (s *shell) countPausesLocked() {
	n := int32(s.core.Pauses().Len()) //nolint:gosec // bounded
	if s.closed {
		n++
	}
	if n != s.armed.Load() {
		s.armed.Store(n)
	}
}
