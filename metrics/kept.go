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

// A keptCall is a place in a ring. It is small, since writing to one place after the other means
// writing to memory that is in no cache. It must not hold the call: that would keep its request
// alive, and the body of a response that is never closed, which the garbage collector is to find.
type keptCall struct {
	store *store

	mu       sync.Mutex // mu guards the fields below
	outcome  outcome
	made     int32
	number   uint64  // the number among all calls
	call     uintptr // the address of the call
	series   *series
	start    time.Duration // since the start of the store
	elapsed  time.Duration
	stopped  *string // the reason why no further attempt was made, nil for none
	attempts []keptAttempt
	room     [1]keptAttempt // enough for most calls
}

// A keptAttempt holds the fields of an [Attempt].
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

// keptRest holds the fields that few attempts have. It stays with its place and is reused.
type keptRest struct {
	waits      Waits
	err, notes string
}

// write overwrites k with an attempt.
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

// noted updates the notes of an attempt, and reports whether p has it.
func (p *keptCall) noted(a *layer.Attempt) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.call != address(a.Call()) {
		return false
	}
	for i := range p.attempts {
		if kept := &p.attempts[i]; int(kept.number) == a.Number() {
			kept.note(a.Notes())
			return true
		}
	}
	return false
}

// note overwrites the notes, which have become more if the body was lost.
func (k *keptAttempt) note(notes string) {
	if notes == "" {
		return
	}
	if k.rest == nil {
		k.rest = new(keptRest)
	}
	k.rest.notes = text(notes)
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

// text returns a text of the ledger as it is kept: redacted and shortened.
func text(s string) string {
	if s == "" {
		return ""
	}
	return label(redact.Text(s))
}

// address identifies a call that is alive, without keeping it alive.
func address(c *layer.Call) uintptr { return uintptr(unsafe.Pointer(c)) } //nolint:gosec // it is compared, never followed

// BodyEnd implements layer.BodyEnder. It passes the end on to the series and records it for the
// call, whose place another call may have taken by then.
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
			kept.note(a.Notes())
		}
	}
	return p.series
}

// copies is shared by the copies of many calls.
type copies struct {
	began  time.Time          // when the store of the calls started to count
	routes map[*series]string // as shown now
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

// read returns a copy of the call, unless another has taken its place.
func (p *keptCall) read(number uint64, into *copies) (c Call, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.number != number {
		return c, false
	}
	c = Call{
		Method: p.series.method, Route: into.route(p.series), Start: into.began.Add(p.start), Elapsed: p.elapsed,
		Outcome: p.outcome.String(), Attempts: into.of(p.attempts), Made: int(p.made),
	}
	if p.stopped != nil {
		c.Stopped = *p.stopped
	}
	return c, true
}
