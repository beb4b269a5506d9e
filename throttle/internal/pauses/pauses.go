// Package pauses keeps the pauses that servers asked for, one per key, and the slow opening that
// follows each. After the end of a pause one request may be in progress, then one more with each
// good response and with each second, then all.
//
//	Arm(key, now, order)  begins or prolongs a pause
//	Next(now)             the first instant at which a request may pass
//	Pass()                counts a request that passes
//	Done(pass, good, now) counts its end
//
// The package is pure. Instants are arguments, in nanoseconds since an epoch that the caller
// chooses. It is not safe for concurrent use.
package pauses

import (
	"iter"
	"maps"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
)

const (
	// Max is how many pauses are kept. Beyond it the one that ends first is dropped.
	Max = 1024
	// OpenAfter is how many requests may be in progress before a server is considered recovered.
	OpenAfter = 32
	// patience is the time after which one more request may pass although the previous ones have no
	// response yet.
	patience = int64(time.Second)
)

// A Key says what a pause holds back: the requests with a scheme and host, and only those with a
// method and route if it names them. The zero Key holds back every request.
type Key struct{ Scheme, Host, Method, Route string }

// String returns a name for the requests of the key.
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
	// Waiting is how many requests wait for it. The queues maintain it.
	Waiting int

	key       Key
	text      string
	until     int64
	allow     int    // how many requests may be in progress at its end
	passing   int    // how many requests that passed it are in progress
	begun     uint32 // how often it began
	asked     int64  // what the latest response asked for
	length    int64  // how long that made the pause
	throttled int    // 1, and 1 more for each time in a row that a request that passed it was throttled
	good      bool   // a request that passed it since it began was not throttled
	dropped   bool
}

// A Pass says which pause a request passed. The zero Pass is that of a request that no pause
// concerned.
type Pass struct {
	pause *Pause
	begun uint32
}

// Of reports whether the pass is for the pause in its current state, and not from before it began
// again.
func (p Pass) Of(pause *Pause) bool { return p.pause == pause && p.begun == pause.begun }

// None reports whether p is the zero Pass.
func (p Pass) None() bool { return p.pause == nil }

// An Order is what a response asks for.
type Order struct {
	For time.Duration
	// Pass is the pass of the request that the response belongs to.
	Pass Pass
	// Max, if above 0, says that For is exactly what a server asked for. If the previous pause was
	// as long as the server asked, and its first request was throttled nevertheless, this pause is
	// at least twice as long, but at most Max.
	Max time.Duration
}

// again reports whether an order comes from the first requests after the pause, which were
// throttled again.
func (p *Pause) again(pass Pass, now int64) bool {
	return now >= p.until && pass.Of(p) && !p.good
}

// shortMiss is by how much a pause may have ended too early and still be prolonged only by what the
// server then asks for.
const shortMiss = time.Second

// length returns how long the order makes a pause whose requests were throttled again.
func (o Order) length(before *Pause) time.Duration {
	if o.Max <= 0 || o.For <= shortMiss && 2*int64(o.For) <= before.asked {
		return o.For
	}
	return max(o.For, min(time.Duration(2*before.length), o.Max))
}

// Throttled returns how many times in a row the requests of a key have been throttled, including
// the one of pass, which is throttled now. It is at least 1.
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

// Key returns the key of the pause.
func (p *Pause) Key() Key { return p.key }

// Text names the pause: "pause of api.test".
func (p *Pause) Text() string { return p.text }

// Until returns when the pause ends.
func (p *Pause) Until() int64 { return p.until }

// Passing returns how many requests that passed the pause are in progress.
func (p *Pause) Passing() int { return p.passing }

// Dropped reports whether the pause no longer holds anything back.
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

// Over reports whether the server is considered recovered.
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

// Get returns the pause of a key, or nil.
func (t *Table) Get(key Key) *Pause { return t.pauses[key] }

// Left returns how much longer the pause of a key lasts, or 0.
func (t *Table) Left(key Key, now int64) time.Duration {
	p := t.pauses[key]
	if p == nil {
		return 0
	}
	return time.Duration(max(p.until-now, 0))
}

// Current returns the pause of a key. If its server is considered recovered, it drops the pause. It
// returns nil if there is no pause.
func (t *Table) Current(key Key, now int64) *Pause {
	p := t.pauses[key]
	if p != nil && p.Over(now) {
		t.drop(p)
		return nil
	}
	return p
}

// Armed is the result of [Table.Arm].
type Armed struct {
	Pause *Pause
	// Longer is whether the pause begins or is prolonged. A shorter one never cuts it.
	Longer bool
	// Fresh is whether that is worth an event. Several responses at about the same time make one
	// pause.
	Fresh bool
	// Wait is how long the pause lasts from now on because of the order.
	Wait time.Duration
	// New is whether the key had no pause before.
	New bool
	// Evicted is a pause that was dropped to make room before it ended, or nil.
	Evicted *Pause
}

// Arm begins a pause, or prolongs an existing one.
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

// Done records the end of a request that passed. good is whether the server responded and asked for
// nothing more. Done returns the pause, or nil if the pass is no longer for its current state.
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

// makeRoom drops the pauses that have ended and hold nothing back. If there are still Max, it drops
// the one that ends first, and returns it.
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
