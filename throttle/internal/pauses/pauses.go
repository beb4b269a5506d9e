// Package pauses keeps the pauses that servers asked for, one a key, and the slow
// opening that follows each: after its end one request may be under way, then one
// more with each good response and with each second, then all.
//
//	Arm(key, now, order)  begins or prolongs a pause
//	Next(now)             the first instant at which a request may pass
//	Pass()                counts a request that passes
//	Done(pass, good, now) counts its end
//
// The package is pure: instants are nanoseconds since an epoch of the caller's, and
// they come in as arguments. It is not safe for concurrent use.
package pauses

import (
	"iter"
	"maps"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
)

const (
	// Max is how many pauses are kept. At Max the one that ends first is dropped.
	Max = 1024
	// OpenAfter is how many requests may be under way before a server is taken for
	// recovered.
	OpenAfter = 32
	// patience is the time after which one more request may pass although the
	// requests before it have no response yet.
	patience = int64(time.Second)
)

// A Key is what a pause holds back: the requests with a scheme and host, and of those
// only the ones with a method and route if it names them. The zero Key holds back
// every request.
type Key struct{ Scheme, Host, Method, Route string }

// String names the requests of the key.
func (k Key) String() string {
	switch {
	case k == Key{}:
		return "all requests"
	case k.Route != "":
		return k.Method + " " + k.Route + " of " + k.Host
	}
	return k.Host
}

// OfHost returns the key of all requests to the scheme and host.
func (k Key) OfHost() Key { return Key{Scheme: k.Scheme, Host: k.Host} }

// A Pause is one pause and the slow opening after it.
type Pause struct {
	// Waiting is how many requests wait for it. The queues count them.
	Waiting int

	key       Key
	text      string
	until     int64
	allow     int    // how many may be under way at its end
	passing   int    // how many are under way
	begun     uint32 // how often it began
	asked     int64  // what the latest response asked for
	length    int64  // what was made of it
	throttled int    // how many times in a row a request that passed it was throttled, and 1
	good      bool   // a request that passed it since it began was not
	dropped   bool
}

// A Pass is the leave of one request to pass a pause. The zero Pass is that of a
// request that no pause concerned.
type Pass struct {
	pause *Pause
	begun uint32
}

// Of reports whether the pass is one of the pause as it is now: not of one that
// began after it.
func (p Pass) Of(pause *Pause) bool { return p.pause == pause && p.begun == pause.begun }

// None reports whether it is the zero Pass.
func (p Pass) None() bool { return p.pause == nil }

// An Order is what a response asks for.
type Order struct {
	For time.Duration
	// Pass is that of the request that the response is to.
	Pass Pass
	// Max, above 0, says that For is no more than what a server says: if the pause
	// before was as long as it said, and its first request was throttled all the same,
	// this one is at least twice as long, and at most Max.
	Max time.Duration
}

// again reports whether the order is due to the first requests after the pause: they
// were throttled again.
func (p *Pause) again(pass Pass, now int64) bool {
	return now >= p.until && pass.Of(p) && !p.good
}

// shortMiss is how much earlier than a server meant a pause may have ended to be
// prolonged by no more than what the server says then.
const shortMiss = time.Second

// length returns how long the order makes a pause that was throttled again.
func (o Order) length(before *Pause) time.Duration {
	if o.Max <= 0 || o.For <= shortMiss && 2*int64(o.For) <= before.asked {
		return o.For
	}
	return max(o.For, min(time.Duration(2*before.length), o.Max))
}

// Throttled returns how many times in a row the requests of a key were throttled, if that
// of the pass is throttled now: at least 1.
func (t *Table) Throttled(key Key, pass Pass, now int64) int {
	p := t.pauses[key]
	switch {
	case p == nil || now >= p.until && p.good:
		return 1
	case p.again(pass, now):
		return p.throttled + 1
	}
	return p.throttled
}

// Key returns what the pause holds back.
func (p *Pause) Key() Key { return p.key }

// Text names the pause: "pause of api.test".
func (p *Pause) Text() string { return p.text }

// Until returns when the pause ends.
func (p *Pause) Until() int64 { return p.until }

// Passing returns how many requests are under way that passed the pause.
func (p *Pause) Passing() int { return p.passing }

// Dropped reports whether the pause holds nothing back any more.
func (p *Pause) Dropped() bool { return p.dropped }

func (p *Pause) allowed(now int64) int {
	return p.allow + int(max(now-p.until, 0)/patience)
}

// Next returns when a request may pass.
func (p *Pause) Next(now int64) int64 {
	if now < p.until {
		return p.until
	}
	if p.passing < p.allowed(now) || p.Over(now) {
		return now
	}
	return p.until + ((now-p.until)/patience+1)*patience
}

// Over reports whether the server is taken for recovered.
func (p *Pause) Over(now int64) bool { return now >= p.until && p.allowed(now) > OpenAfter }

// Pass counts a request that passes.
func (p *Pause) Pass() Pass {
	p.passing++
	return Pass{p, p.begun}
}

// A Table holds the pauses by their keys. The zero Table is empty.
type Table struct {
	pauses map[Key]*Pause
	doubts bounded.Map[Key, *doubt]
}

// Len returns the number of pauses.
func (t *Table) Len() int { return len(t.pauses) }

// All yields every pause.
func (t *Table) All() iter.Seq[*Pause] { return maps.Values(t.pauses) }

// Get returns the pause of a key, nil if there is none.
func (t *Table) Get(key Key) *Pause { return t.pauses[key] }

// Left returns how long the pause of a key lasts, 0 if there is none.
func (t *Table) Left(key Key, now int64) time.Duration {
	p := t.pauses[key]
	if p == nil {
		return 0
	}
	return time.Duration(max(p.until-now, 0))
}

// Current returns the pause of a key, nil if there is none or its server is taken
// for recovered: then it is dropped.
func (t *Table) Current(key Key, now int64) *Pause {
	p := t.pauses[key]
	if p != nil && p.Over(now) {
		t.drop(p)
		return nil
	}
	return p
}

// Armed is what [Table.Arm] did.
type Armed struct {
	Pause *Pause
	// Longer is whether the pause begins or is prolonged: a shorter one never cuts.
	Longer bool
	// Fresh is whether that is worth an event: many responses of one moment make
	// one pause.
	Fresh bool
	// Wait is how long the order makes the pause from now on.
	Wait time.Duration
	// New is whether the key had no pause.
	New bool
	// Evicted is a pause that was dropped to make room and had not ended.
	Evicted *Pause
}

// Arm begins a pause, or prolongs the one there is.
func (t *Table) Arm(key Key, now int64, o Order) (a Armed) {
	p := t.pauses[key]
	if p == nil {
		a.Evicted = t.makeRoom(now)
		a.New = true
		p = &Pause{key: key, text: "pause of " + key.String(), until: now}
		if t.pauses == nil {
			t.pauses = make(map[Key]*Pause)
		}
		t.pauses[key] = p
	}
	throttled := t.Throttled(key, o.Pass, now)
	if a.Wait = o.For; p.again(o.Pass, now) {
		a.Wait = o.length(p)
	}
	until := now + int64(a.Wait)
	longer := until - p.until
	a.Pause, a.Longer = p, longer > 0
	a.Fresh = p.begun == 0 || now >= p.until || longer >= int64(max(a.Wait/10, 100*time.Millisecond))
	if a.Longer {
		p.until, p.allow, p.passing = until, 1, 0
		p.asked, p.length, p.throttled, p.good = int64(o.For), int64(a.Wait), max(throttled, 1), false
		p.begun++
	}
	return a
}

// Done counts the end of a request that passed; good if the server responded and
// asked for nothing more. It returns the pause, nil if the pass is none of it any
// more.
func (t *Table) Done(pass Pass, good bool, now int64) *Pause {
	p := pass.pause
	if p == nil || p.dropped || !pass.Of(p) {
		return nil
	}
	p.passing--
	if good {
		p.allow++
		p.good = true
	}
	if p.Over(now) || p.passing == 0 && p.Waiting == 0 && good {
		t.drop(p)
	}
	return p
}

func (t *Table) drop(p *Pause) {
	p.dropped = true
	delete(t.pauses, p.key)
}

// makeRoom drops the pauses that have ended and hold nothing back, and at Max the
// one that ends first, which it returns.
func (t *Table) makeRoom(now int64) (evicted *Pause) {
	if len(t.pauses) < Max {
		return nil
	}
	var first *Pause
	for _, p := range t.pauses {
		if now >= p.until && p.Waiting == 0 {
			t.drop(p)
			continue
		}
		if first == nil || p.until < first.until {
			first = p
		}
	}
	if len(t.pauses) < Max {
		return nil
	}
	t.drop(first)
	return first
}
