package metrics

import (
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// DefaultCalls is how many finished calls a report usually needs. They take some 4 MB.
const DefaultCalls = 10_000

// mostAttempts bounds what is kept of one call.
const mostAttempts = 16

// KeepCalls keeps the last n finished calls from now on, those of before not, for
// [Recorder.Timeline] and the reports that show single calls. 0, which is the default, keeps none, and
// a call then costs no more than a load. Kept calls are texts and figures: no request, no response and
// no body is held back. One takes about 400 bytes, and 150 for each further attempt.
func (r *Recorder) KeepCalls(n int) {
	r.replace.Lock()
	defer r.replace.Unlock()
	r.store.Load().keep(n)
}

// Timeline returns the calls that are kept. It locks each for as long as it is copied.
func (r *Recorder) Timeline() Timeline {
	t := Timeline{Client: r.client}
	if k := r.store.Load().kept.Load(); k != nil {
		t.Most = len(k.calls)
		t.Calls, t.Dropped = k.read()
	}
	return t
}

func (s *store) keep(n int) {
	if n <= 0 {
		s.kept.Store(nil)
		return
	}
	k := &ring{calls: make([]keptCall, n)}
	for i := range k.calls {
		k.calls[i].store = s
	}
	s.kept.Store(k)
}

// A ring keeps the last calls. Each has a lock of its own, so that callers meet at the
// first one alone.
type ring struct {
	calls []keptCall

	mu   sync.Mutex // mu guards next
	next uint64     // the number of calls that came by so far
}

// A keptCall is a place of a ring. It must not hold the call: that would hold its request, and the
// body of a response that is never closed, which the garbage collector is to find.
type keptCall struct {
	store *store

	mu      sync.Mutex // mu guards the fields below
	number  uint64     // the place among all that came by
	call    uintptr    // the address of the call whose body has not ended, 0 for none
	series  *series
	outcome outcome
	fields  Call
	room    [1]Attempt // what most calls need
}

// add keeps a call. entry is the number of its first attempt.
func (k *ring) add(c *layer.Call, entry int, sr *series, o outcome, start time.Time, elapsed time.Duration) *keptCall {
	k.mu.Lock()
	number := k.next
	p := &k.calls[number%uint64(len(k.calls))]
	k.next++
	p.mu.Lock() // before the next round of the ring comes by
	k.mu.Unlock()
	defer p.mu.Unlock()
	attempts := p.fields.Attempts
	if attempts == nil {
		attempts = p.room[:]
	}
	p.number, p.call, p.series, p.outcome = number, address(c), sr, o
	fields := &p.fields
	fields.Start, fields.Elapsed, fields.Stopped, fields.Made = start, elapsed, text(c.StopReason()), 0
	attempts = attempts[:0]
	for a := range c.Attempts() {
		if a.Number() < entry {
			continue
		}
		fields.Made++
		if fields.Made > mostAttempts {
			attempts = attempts[:mostAttempts-1] // room for the last one
		}
		attempts = append(attempts, Attempt{})
		attempts[len(attempts)-1].read(a, start)
	}
	fields.Attempts = attempts
	return p
}

// read fills in what is kept of an attempt. kept is the zero Attempt.
func (kept *Attempt) read(a *layer.Attempt, start time.Time) {
	kept.Number, kept.After = a.Number(), a.Start().Sub(start)
	kept.Headers, kept.Body, kept.Bytes = a.TimeToHeaders(), a.BodyTime(), a.Bytes()
	kept.Status, kept.Cause, kept.Verdict = a.Status(), a.Cause().String(), a.Verdict().String()
	kept.Sent, kept.Replayed = a.Sent(), a.Replayed()
	if a.Waited() != 0 {
		kept.Waits = Waits{Queue: a.Wait(layer.Queue), Quota: a.Wait(layer.Quota), Pause: a.Wait(layer.Pause), Backoff: a.Wait(layer.Backoff)}
	}
	if notes := a.Notes(); notes != "" {
		kept.Notes = text(notes)
	}
	if err := a.Err(); err != nil {
		kept.Error = label(redact.Error(err))
	}
}

// text makes a text of a ledger fit to be kept.
func text(s string) string {
	if s == "" {
		return ""
	}
	return label(redact.Text(s))
}

// address distinguishes the calls that are alive, and holds none of them.
func address(c *layer.Call) uintptr { return uintptr(unsafe.Pointer(c)) } //nolint:gosec // it is compared, never followed

// BodyEnd implements layer.BodyEnder for the series and for the call, which may have made room for
// another by then.
func (p *keptCall) BodyEnd(a *layer.Attempt) { p.bodyEnd(a).BodyEnd(a) }

// bodyEnd returns the series that counts the body.
func (p *keptCall) bodyEnd(a *layer.Attempt) *series {
	c := a.Call()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.call != address(c) {
		sr, _ := p.store.find(c.Request().Method, c.RouteName())
		return sr
	}
	for i := range p.fields.Attempts {
		if kept := &p.fields.Attempts[i]; kept.Number == a.Number() {
			kept.Body, kept.Bytes = a.BodyTime(), a.Bytes()
			p.call = 0
		}
	}
	return p.series
}

// read returns copies of the calls in their order.
func (k *ring) read() (calls []Call, dropped uint64) {
	k.mu.Lock()
	next := k.next
	k.mu.Unlock()
	size := uint64(len(k.calls))
	if next > size {
		dropped = next - size
	}
	calls = make([]Call, 0, next-dropped)
	into := &copies{routes: make(map[*series]string)}
	for i := dropped; i < next; i++ {
		if c, ok := k.calls[i%size].read(i, into); ok {
			calls = append(calls, c)
		}
	}
	return calls, next - uint64(len(calls))
}

// copies is what the copies of many calls share.
type copies struct {
	routes map[*series]string // as they are shown now
	room   []Attempt
}

// of returns a copy of attempts.
func (c *copies) of(attempts []Attempt) []Attempt {
	if cap(c.room)-len(c.room) < len(attempts) {
		c.room = make([]Attempt, 0, 16*mostAttempts)
	}
	from := len(c.room)
	c.room = append(c.room, attempts...)
	return slices.Clip(c.room[from:])
}

func (c *copies) route(s *series) string {
	shown, ok := c.routes[s]
	if !ok {
		shown = s.shown()
		c.routes[s] = shown
	}
	return shown
}

// read returns a copy of the call, unless it has made room meanwhile.
func (p *keptCall) read(number uint64, into *copies) (c Call, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.number != number {
		return c, false
	}
	c = p.fields
	c.Attempts = into.of(c.Attempts)
	c.Method, c.Route, c.Outcome = p.series.method, into.route(p.series), p.outcome.String()
	return c, true
}
