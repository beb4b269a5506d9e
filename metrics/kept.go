package metrics

import (
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A keptCall is a place of a ring, of no more bytes than it needs: writing to places in turn is writing to memory that no
// cache has. It must not hold the call: that would hold its request, and the
// body of a response that is never closed, which the garbage collector is to find.
type keptCall struct {
	store *store

	mu       sync.Mutex // mu guards the fields below
	outcome  outcome
	made     int32
	number   uint64  // the place among all that came by
	call     uintptr // the address of the call whose body has not ended, 0 for none
	series   *series
	start    time.Duration // since that of the store
	elapsed  time.Duration
	stopped  *string // nil if that needs no words
	attempts []keptAttempt
	room     [1]keptAttempt // what most calls need
}

// A keptAttempt is what an [Attempt] says.
type keptAttempt struct {
	after, headers, body time.Duration
	bytes                int64
	rest                 *keptRest // nil for most
	number               uint32
	status               uint16
	cause                layer.Cause
	verdict              verdict.Verdict
	sent, replayed       bool
}

// keptRest is what few attempts have. It stays with its place, for the next one that has it.
type keptRest struct {
	waits      Waits
	err, notes string
}

// write keeps an attempt in the place of another.
func (k *keptAttempt) write(a *layer.Attempt, start time.Time) {
	k.after = a.Start().Sub(start)
	k.headers, k.body, k.bytes = a.TimeToHeaders(), a.BodyTime(), a.Bytes()
	k.number, k.status = uint32(a.Number()), uint16(a.Status()) //nolint:gosec // as a row has them
	k.cause, k.verdict, k.sent, k.replayed = a.Cause(), a.Verdict(), a.Sent(), a.Replayed()
	notes, err := a.Notes(), a.Err()
	none := a.Waited() == 0 && notes == "" && err == nil
	switch {
	case none && k.rest == nil:
		return
	case none:
		*k.rest = keptRest{}
		return
	case k.rest == nil:
		k.rest = new(keptRest)
	}
	k.rest.waits = Waits{Queue: a.Wait(layer.Queue), Quota: a.Wait(layer.Quota), Pause: a.Wait(layer.Pause), Backoff: a.Wait(layer.Backoff)}
	k.rest.notes, k.rest.err = text(notes), ""
	if err != nil {
		k.rest.err = label(redact.Error(err))
	}
}

// read returns what was kept.
func (k *keptAttempt) read() Attempt {
	a := Attempt{
		Number: int(k.number), After: k.after, Headers: k.headers, Body: k.body, Bytes: k.bytes,
		Status: int(k.status), Cause: k.cause.String(), Verdict: k.verdict.String(), Sent: k.sent, Replayed: k.replayed,
	}
	if k.rest != nil {
		a.Waits, a.Error, a.Notes = k.rest.waits, k.rest.err, k.rest.notes
	}
	return a
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
	for i := range p.attempts {
		if kept := &p.attempts[i]; int(kept.number) == a.Number() {
			kept.body, kept.bytes = a.BodyTime(), a.Bytes()
			p.call = 0
		}
	}
	return p.series
}

// copies is what the copies of many calls share.
type copies struct {
	routes map[*series]string // as they are shown now
	room   []Attempt
}

// of returns a copy of attempts.
func (c *copies) of(attempts []keptAttempt) []Attempt {
	if cap(c.room)-len(c.room) < len(attempts) {
		c.room = make([]Attempt, 0, 16*mostAttempts)
	}
	from := len(c.room)
	for i := range attempts {
		c.room = append(c.room, attempts[i].read())
	}
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
	c = Call{
		Method: p.series.method, Route: into.route(p.series), Start: p.store.start.Add(p.start), Elapsed: p.elapsed,
		Outcome: p.outcome.String(), Attempts: into.of(p.attempts), Made: int(p.made),
	}
	if p.stopped != nil {
		c.Stopped = *p.stopped
	}
	return c, true
}
