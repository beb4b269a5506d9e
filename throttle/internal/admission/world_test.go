package admission

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A mutation breaks the core on purpose, through its interface. The properties must notice each.
type mutation uint8

const (
	none          mutation = iota
	largerLimit            // the meters allow one more than they should
	shorterWindow          // the windows are a tenth too short
	lastFirst              // each request is taken to have come before all others
	otherPause             // requests say that the pause of another host concerns them
	otherRoute             // the same with another route
	lostCancel             // a cancel is lost, now and then
	lostFinish             // what was not sent is not given back
)

// world is a random load on random rules, in a loop without goroutines, together with the books
// that a reader of the rules would keep.
type world struct {
	r      *rand.Rand
	c      *Core
	mutant mutation
	now    int64
	rules  []*Rule
	laws   []Law       // the loosest that each rule ever has
	books  [][2]ledger // by rule and key
	tokens []tokenBook // by rule
	paused [2]int64    // until when, by host
	routes [2][2]int64 // when their pauses end, by host and route
	calls  []*call
	faults []string
	seen   seen
	fixed  bool // the rules do not change
}

// seen counts rare events, so that they do not disappear from the load unnoticed.
type seen struct {
	sent, queued, canceled, rejected, armed, changed, unsent, reported, asked, reacquired, requeued int
	longest                                                                                         int64
}

// call is a request in the world.
type call struct {
	d     Demand
	w     *Waiter
	key   int
	host  int
	route int
	came  int64
	sent  bool
	asks  *Resource // the store that it asks
	cost  int       // of that
	asked int64
	spent []Spent
	ended int64 // its response came
	rank  int64 // that it should have
	apart bool  // it has reacquired, so others may pass it
	late  bool  // it reacquires for longer than its reservation lasts
}

// tokenBook is what happens at the store of a rule.
type tokenBook struct{ asking bool }

// ledger is the sends of a rule and key as one would write them down.
type ledger struct {
	entries []line // by their instants
	sum     int
	open    int // without a response
}

type line struct {
	at   int64
	cost int
}

func (l *ledger) expire(now int64, per time.Duration) {
	n := 0
	for n < len(l.entries) && l.entries[n].at+int64(per) <= now {
		l.sum -= l.entries[n].cost
		n++
	}
	l.entries = l.entries[n:]
}

func (l *ledger) add(at int64, cost int) {
	l.sum += cost
	i := len(l.entries)
	for i > 0 && l.entries[i-1].at > at {
		i--
	}
	if i > 0 && l.entries[i-1].at == at {
		l.entries[i-1].cost += cost
		return
	}
	l.entries = slices.Insert(l.entries, i, line{at, cost})
}

func (l *ledger) remove(at int64, cost int) {
	for i := len(l.entries) - 1; i >= 0; i-- {
		if e := &l.entries[i]; e.at == at {
			e.cost -= cost
			l.sum -= cost
			return
		}
	}
}

// pauseOf returns the pause of a route.
func pauseOf(host, route int) pauses.Key {
	return pauses.Key{Host: [...]string{"a.test", "b.test"}[host], Route: [...]string{"/a", "/b"}[route]}
}

func newWorld(seed uint64, mutant mutation) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 4)), c: New(), mutant: mutant, fixed: seed%2 == 0}
	w.c.MaxPaused = 10_000
	for i := range 1 + w.r.IntN(4) {
		law := Law{Text: strconv.Itoa(i), MaxQueue: 10_000, Rate: meter.Rate{
			Limit: 3 + w.r.IntN(12), Per: time.Duration(50+w.r.IntN(500)) * time.Millisecond,
		}}
		kind := Kind{Windowed: true, Weighed: true, Keyed: w.r.IntN(3) == 0}
		switch w.r.IntN(5) {
		case 0:
			law.Rate.UntilResponse = true
		case 1:
			kind.Paced = true
			law.Rate.Burst = w.r.IntN(law.Rate.Limit + 1)
		case 2:
			kind.Store, kind.NewStore = Beside, noStore
		}
		if w.r.IntN(4) == 0 {
			law.Rate.Margin = time.Duration(w.r.IntN(20)) * time.Millisecond
		}
		w.laws = append(w.laws, law)
		w.rules = append(w.rules, w.c.NewRule(w.mutate(law), kind))
	}
	w.books = make([][2]ledger, len(w.rules))
	w.tokens = make([]tokenBook, len(w.rules))
	return w
}

// mutate returns the law that is passed to the core.
func (w *world) mutate(law Law) Law {
	switch w.mutant {
	case largerLimit:
		law.Rate.Limit++
	case shorterWindow:
		law.Rate.Margin = -law.Rate.Per / 10
	case none, lastFirst, otherPause, otherRoute, lostCancel, lostFinish:
	}
	return law
}

func (w *world) fault(format string, args ...any) {
	if len(w.faults) < 10 {
		w.faults = append(w.faults, fmt.Sprintf(format, args...))
	}
}

// book returns the ledger of a part of a call.
func (w *world) book(c *call, p *Part) (l *ledger, law *Law) {
	for i, r := range w.rules {
		if r == p.Rule {
			key := 0
			if r.kind.Keyed {
				key = c.key
			}
			return &w.books[i][key], &w.laws[i]
		}
	}
	panic("a part of no rule")
}

// send records that a call leaves, and checks that it may.
func (w *world) send(c *call) {
	c.sent = true
	w.seen.sent++
	if until := max(w.paused[c.host], w.routes[c.host][c.route]); w.now < until {
		w.fault("sent at %d, during a pause until %d", w.now, until)
	}
	for i := range c.d.Len() {
		p := c.d.Part(i)
		l, law := w.book(c, p)
		l.expire(w.now, law.Rate.Per)
		if n := l.sum + l.open + p.Cost; n > law.Rate.Limit {
			w.fault("a window of rule %s holds %d, of %d", law.Text, n, law.Rate.Limit)
		}
		if law.Rate.UntilResponse {
			l.open += p.Cost
		} else {
			l.add(w.now, p.Cost)
		}
	}
	c.asked = w.now
	w.audit(c)
}

// audit compares the books of a call with what the core counts, if both are about the same window.
func (w *world) audit(c *call) {
	for i := range c.d.Len() {
		p := c.d.Part(i)
		l, law := w.book(c, p)
		l.expire(w.now, law.Rate.Per)
		n := p.resource.Counts(w.now)
		if w.fixed && law.Rate.Margin == 0 && n.Counted-n.Outstanding > l.sum {
			w.fault("rule %s counts %d, of %d that were sent", law.Text, n.Counted-n.Outstanding, l.sum)
		}
	}
}

// report reports what a call cost: less than estimated.
func (w *world) report(c *call) {
	w.seen.reported++
	for i := range c.d.Len() {
		p := c.d.Part(i)
		l, law := w.book(c, p)
		at := c.asked
		if law.Rate.UntilResponse {
			at = c.ended
		}
		l.remove(at, p.Cost)
	}
	w.c.Report(c.spent, 0, w.now)
}

// finish ends a call that was sent.
func (w *world) finish(c *call, o Outcome) {
	for i := range c.d.Len() {
		p := c.d.Part(i)
		l, law := w.book(c, p)
		switch {
		case law.Rate.UntilResponse:
			l.open -= p.Cost
			if o != Unsent {
				at := w.now
				if o == Lost {
					at += int64(lostLag)
				}
				l.add(at, p.Cost)
			}
		case o == Unsent:
			l.remove(c.asked, p.Cost)
		}
	}
	if o == Unsent {
		w.seen.unsent++
		if w.mutant == lostFinish {
			return
		}
	}
	w.c.Finish(&c.d, o, w.now)
}

// noStore returns the store of a rule, which is nil: the test plays it.
func noStore() limiter.Store { return nil }
