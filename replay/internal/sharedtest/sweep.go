package sharedtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A sweep lets a fault happen at many places of each call of a store.
type sweep struct {
	testing.TB
	s, direct Store // the same tape, through the relay and beside it
	relay     *Relay
	bodies    map[store.ID]string // what is on the tape
	next      store.ID
}

// The exchanges that are there all the time.
const (
	plain store.ID = 1 + iota
	inParts
)

// Sweep fails unless each call of a store succeeds, and neither loses nor doubles anything, although
// its connection breaks: after a number of bytes, from none to all of the call, either way. New
// connections are let through at once. s is an empty store that is connected through the relay and
// has time for that, direct the same tape without the relay. Then the link is slow.
func Sweep(tb testing.TB, s, direct Store, r *Relay) {
	tb.Helper()
	w := newSweep(tb, s, direct, r)
	for _, c := range w.calls() {
		for _, way := range []Way{ToServer, ToClient} {
			bytes := w.bytesOf(way, c)
			for _, fault := range []Fault{Closed, Reset} {
				for n := 0; n < bytes; n += bytes/points() + 1 {
					r.BreakAfter(way, n, fault)
					err := c.do()
					r.Broken()
					w.holds(fmt.Sprintf("%s, %s after %d of %d bytes %s", c.name, fault, n, bytes, way), err)
				}
			}
		}
		r.Slow(4096, time.Millisecond)
		w.holds(c.name+" over a slow link", c.do())
		r.Slow(0, 0)
	}
}

// Stalls fails unless each call of a store returns in time, with an error that says so, if its
// connection goes silent after a number of bytes, and unless an Append that has failed so and is
// repeated is there once. It is like Sweep but for the Timeout of the store, which is short.
func Stalls(tb testing.TB, s, direct Store, r *Relay, timeout time.Duration) {
	tb.Helper()
	w := newSweep(tb, s, direct, r)
	calls := w.calls()
	if testing.Short() {
		calls = calls[len(calls)-1:] // the Append
	}
	for _, c := range calls {
		for _, way := range []Way{ToServer, ToClient} {
			bytes := w.bytesOf(way, c)
			for n := 0; n < bytes; n += bytes/(points()/2) + 1 {
				what := fmt.Sprintf("%s, silent after %d of %d bytes %s", c.name, n, bytes, way)
				r.BreakAfter(way, n, Silent)
				start := time.Now()
				err := c.do()
				if took := time.Since(start); took > 5*timeout+30*time.Second {
					tb.Errorf("%s: it took %v", what, took)
				}
				r.Broken()
				r.Cut() // the silence is over for the server, too
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					tb.Errorf("%s: the error is %v, want DeadlineExceeded", what, err)
				}
				w.holds(what+", and then repeated", c.repeated(err))
			}
		}
	}
}

// points is after how many numbers of bytes a connection breaks, for each call, way and fault.
func points() int {
	switch {
	case long.Wanted():
		return 12
	case testing.Short():
		return 2
	}
	return 4
}

func newSweep(tb testing.TB, s, direct Store, r *Relay) *sweep {
	tb.Helper()
	w := &sweep{TB: tb, s: s, direct: direct, relay: r, bodies: make(map[store.ID]string), next: 100}
	var batch []store.Entry
	for id, body := range map[store.ID]string{plain: "plain", inParts: strings.Repeat("\x01part", store.PartSize)} {
		w.bodies[id] = body
		batch = append(batch, store.Entry{Exchange: w.exchange(id)})
	}
	slices.SortFunc(batch, func(a, b store.Entry) int { return int(a.ID) - int(b.ID) }) //nolint:gosec // small
	appends := func() error { return s.Append(batch) }
	tapetest.Must(tb, sweptCall{again: appends}.repeated(appends()))
	return w
}

// exchange returns an exchange of the tape.
func (w *sweep) exchange(id store.ID) *store.Exchange {
	return tapetest.Exchange(id, "GET", urlOf(id), w.bodies[id])
}

// urlOf is the same for those IDs from 100 on that differ by a multiple of 10.
func urlOf(id store.ID) string {
	if id >= 100 {
		id = 10 + id%10
	}
	return fmt.Sprintf("http://api.test/%d", id)
}

// bytesOf returns how many bytes a call sends one way.
func (w *sweep) bytesOf(way Way, c sweptCall) int {
	w.Helper()
	const many = math.MaxInt
	w.relay.BreakAfter(way, many, Closed)
	w.holds("first", c.repeated(c.do()))
	w.relay.mu.Lock()
	left := w.relay.breach.left
	w.relay.mu.Unlock()
	w.relay.Broken()
	return many - left
}

// holds fails if a call has failed, or if anything else is on the tape than what was appended.
func (w *sweep) holds(what string, err error) {
	w.Helper()
	if err != nil {
		w.Errorf("%s: %v", what, err)
	}
	found := make(map[store.ID]string)
	for x, err := range w.direct.Scan(0) {
		tapetest.Must(w, err)
		x, err = store.WithBody(w.direct, x)
		tapetest.Must(w, err)
		found[x.ID] = string(x.Response.Body)
	}
	for id, body := range w.bodies {
		if found[id] != body {
			w.Errorf("%s: of exchange %d there are %d bytes, want %d", what, id, len(found[id]), len(body))
		}
		delete(found, id)
	}
	for id := range found {
		w.Errorf("%s: there is also %d", what, id)
	}
	if w.Failed() {
		w.FailNow()
	}
}

// A sweptCall is a call of a store. It returns nil only if the call has done what it should.
type sweptCall struct {
	name string
	do   func() error
	// again does the same once more, after an error.
	again func() error
}

// repeated repeats a call that was not done within the time of the store, which on a busy machine may
// happen again.
func (c sweptCall) repeated(err error) error {
	for start := time.Now(); errors.Is(err, context.DeadlineExceeded) && time.Since(start) < time.Minute; {
		err = c.again()
	}
	return err
}

func (w *sweep) calls() []sweptCall {
	first := w.exchange(plain).Key
	reads := func(name string, do func() error) sweptCall { return sweptCall{name, do, do} }
	var batch []store.Entry
	appends := func() error { return w.s.Append(batch) }
	return []sweptCall{
		reads("Find", func() error { x, err := w.s.Find(first, 0); return found(x, err) }),
		reads("Near", func() error {
			near, err := w.s.Near(first, 2)
			if err == nil && len(near) != 2 {
				err = fmt.Errorf("%d are near", len(near))
			}
			return err
		}),
		reads("Scan", func() error {
			n := 0
			for x, err := range w.s.Scan(0) {
				if err := found(x, err); err != nil {
					return err
				}
				n++
			}
			if n != len(w.bodies) {
				return fmt.Errorf("%d of %d exchanges", n, len(w.bodies))
			}
			return nil
		}),
		reads("Part", func() error {
			b, err := w.s.Part(inParts, 1)
			if err == nil && len(b) != store.PartSize {
				err = fmt.Errorf("a part of %d bytes", len(b))
			}
			return err
		}),
		{"Append", func() error {
			// The first one replaces the one of the call before. The last one has its body in parts.
			before := []store.ID{w.next, w.next + 1, w.next + 2}
			w.next += 10
			batch = nil
			for i, body := range []string{"new", "plain", strings.Repeat("\x02part", store.PartSize)} {
				id := w.next + store.ID(i) //nolint:gosec // small
				w.bodies[id] = fmt.Sprint(id, body)
				batch = append(batch, store.Entry{Exchange: w.exchange(id)})
			}
			batch[0].Replace = w.next
			tapetest.Must(w, w.direct.Delete(before[1:]...))
			for _, id := range before {
				delete(w.bodies, id)
			}
			return appends()
		}, appends},
	}
}

// found returns an error unless there is an exchange.
func found(x *store.Exchange, err error) error {
	if err == nil && x == nil {
		err = errors.New("there is no exchange")
	}
	return err
}
