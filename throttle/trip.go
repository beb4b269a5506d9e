package throttle

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// need is the part of a request that concerns one rule.
type need struct {
	rule *rule
	key  string
	res  *resource
	cost int

	at      int64 // the stamp it got
	drained int64 // when the pacer has forgotten it
}

const inline = 2

// ticket is what a request needs, and once admitted what it took.
type ticket struct {
	pause   pauseKey
	keyed   bool   // pause is set
	gate    *pause // the pause it passed as one of the first after its end
	gen     uint32
	n       int
	first   [inline]need
	more    []need
	strict  bool  // some rule waits for the answer
	weighed bool  // some rule has a Cost
	pledged bool  // it was admitted
	tokens  uint8 // bit i: it has a token of the store of need i
	until   int64 // when those are of no use
}

func (t *ticket) need(i int) *need {
	if i < inline {
		return &t.first[i]
	}
	return &t.more[i-inline]
}

func (t *ticket) add(n need) {
	if t.n < inline {
		t.first[t.n] = n
	} else {
		t.more = append(t.more, n)
	}
	t.n++
}

// look finds the rules of a request. It calls the user's functions, so it must
// not hold the mutex.
func (l *Limiter) look(c *transport.Call, req *http.Request, t *ticket) error {
	for _, r := range l.list() {
		if !r.match.Match(c, req) {
			continue
		}
		n := need{rule: r, cost: 1}
		if r.Cost != nil {
			t.weighed = true
			if n.cost = r.Cost(req); n.cost < 1 {
				continue
			}
		}
		if r.Key != nil {
			n.key = r.Key(req)
		}
		if n.cost > r.Limit {
			at := resource{rule: r, hash: r.seed.Of(n.key)}
			return &Error{Rule: r.text, Key: at.name(), Reason: ErrCost}
		}
		t.strict = t.strict || r.Mode == Strict
		t.add(n)
	}
	return nil
}

// key says which pauses concern a request. It may ask for the route, so it must
// not hold the mutex.
func (l *Limiter) key(c *transport.Call, req *http.Request, t *ticket) {
	if !t.keyed && !l.pause.Off {
		t.pause = l.pauseKey(c, req)
	}
	t.keyed = true
}

func (l *Limiter) trip(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if o, ok := transport.Setting[override](req.Context()); ok {
		if o.limiter == nil {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	if req.URL == nil { // the base says what it thinks of that
		return next.RoundTrip(req)
	}
	var t ticket
	if err := l.look(c, req, &t); err != nil {
		return transport.Refuse(req, err)
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return transport.Refuse(req, ended(ctx))
	}
	if l.armed.Load() > 0 {
		l.key(c, req, &t)
	}
	a := transport.AttemptFrom(ctx)
	if !l.enter(&t) && !l.enterKeyed(c, req, &t) {
		if err := l.wait(ctx, c, a, &t, false); err != nil {
			return transport.Refuse(req, err)
		}
	}
	if t.strict || t.weighed || t.gate != nil {
		return l.tripOpen(c, a, req, next, &t)
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.settle(&t, failed(a))
		return resp, err
	}
	l.heed(c, req, resp)
	return resp, nil
}

// tripOpen sends a request that must be booked out when its headers are in.
func (l *Limiter) tripOpen(c *transport.Call, a *transport.Attempt, req *http.Request, next http.RoundTripper, admitted *ticket) (*http.Response, error) {
	t := *admitted
	done := false
	defer func() {
		if !done { // a panic below
			l.settle(&t, lost)
		}
	}()
	resp, err := next.RoundTrip(req)
	if err != nil {
		done = true
		l.end(req.Context(), &t, failed(a))
		return resp, err
	}
	l.heed(c, req, resp) // before the next one is let through
	done = true
	l.settle(&t, came(resp))
	if t.weighed {
		l.note(req.Context(), &t)
	}
	return resp, nil
}

// end books a request that got no answer.
func (l *Limiter) end(ctx context.Context, t *ticket, o outcome) {
	l.settle(t, o)
	if t.weighed && o != unsent {
		l.note(ctx, t)
	}
}

// outcome is what became of a request that was admitted.
type outcome uint8

const (
	unsent   outcome = iota // it never reached the wire: what it took is given back
	lost                    // it got no answer
	warned                  // the server asks for fewer calls
	answered                // it did anything else
)

func came(resp *http.Response) outcome {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return warned
	}
	return answered
}

// failed tells lost from unsent: a retry further in may have made attempts after a.
func failed(a *transport.Attempt) outcome {
	for row := range a.Call().Attempts() {
		if row.Number() >= a.Number() && row.Sent() {
			return lost
		}
	}
	return unsent
}

// enter admits a request that nothing holds back. It takes all or nothing. While
// somebody waits or a pause is on, only a keyed ticket gets in.
func (l *Limiter) enter(t *ticket) bool {
	clock := l.clock() // outside: reading it is most of the work
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !t.keyed && (l.waiting > 0 || len(l.pauses) > 0) {
		return false
	}
	now := l.settled(clock)
	if len(l.pauses) > 0 && l.paused(t.pause, now) {
		return false
	}
	asks := false
	for i := range t.n {
		n := t.need(i)
		n.res = l.resource(n.rule, n.key)
		at, ask := n.res.next(now, n.cost)
		if at > now || ask && !n.res.gate.inline {
			return false
		}
		asks = asks || ask
	}
	if l.waiting > 0 && !l.passes(t, now) || asks && !t.ask(now) {
		return false
	}
	l.commit(t, now)
	return true
}

// enterKeyed tries again with a ticket that was not keyed, and is by now.
func (l *Limiter) enterKeyed(c *transport.Call, req *http.Request, t *ticket) bool {
	if t.keyed {
		return false
	}
	l.key(c, req, t)
	return l.enter(t)
}

// passes reports whether a request may go past those who wait: nobody waits for
// just the same, and of what others wait for there is enough for all of them too.
// It spares the request the queue, and the queue a scan.
func (l *Limiter) passes(t *ticket, now int64) bool {
	if l.classes[l.classKey(t)] != nil {
		return false
	}
	for i := range t.n {
		n := t.need(i)
		if n.res.waiting > 0 && !n.res.fits(now, n.res.queued+n.cost) {
			return false
		}
	}
	return true
}

// ask takes the tokens of stores that answer at once. What is taken and then not
// needed stays with its gate.
func (t *ticket) ask(now int64) bool {
	for i := range t.n {
		n := t.need(i)
		for {
			at, ask := n.res.next(now, n.cost)
			if at > now {
				return false
			}
			if !ask {
				break
			}
			if n.res.gate.err != nil {
				return false
			}
			n.res.gate.hear(now, now, n.res.gate.take(context.Background(), n.res.key), n.rule.Per)
		}
	}
	return true
}

// commit books a request that may go.
func (l *Limiter) commit(t *ticket, now int64) {
	for i := range t.n {
		n := t.need(i)
		if n.res.spend(now, n.cost) {
			if t.tokens == 0 || n.res.gate.expires < t.until {
				t.until = n.res.gate.expires
			}
			t.tokens |= 1 << i
		}
		n.at, n.drained = n.res.stamp(now, n.cost), n.res.pace.free
	}
	t.pledged = true
}

// strictLag is for a request of a Strict rule that got no answer: the server
// may deal with it that much later.
const strictLag = time.Second

// settle books the end of a request: its headers, its error, or that it was
// never sent.
func (l *Limiter) settle(t *ticket, o outcome) {
	if !t.pledged {
		return
	}
	t.pledged = false
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for i := range t.n {
		n := t.need(i)
		if n.rule.Mode == Strict {
			n.res.win.pending -= n.cost
			n.res.win.expire(now)
			if o != unsent {
				at := now
				if o == lost {
					at += int64(strictLag)
				}
				n.at = n.res.win.add(at, n.cost)
			}
		}
		if o == unsent {
			n.giveBack(now)
			if t.tokens&(1<<i) != 0 { // a store takes nothing back
				n.res.gate.giveBack(now, n.cost, t.until)
			}
		}
	}
	if t.gate != nil {
		l.settlePause(t.gate, t.gen, o == answered)
		t.gate = nil
	}
	if l.waiting > 0 {
		l.scan(now)
	}
}

// giveBack gives back what a request took that was not sent.
func (n *need) giveBack(now int64) {
	if n.rule.Mode == Window || n.rule.Mode == Paced {
		n.res.win.remove(n.at, n.cost)
		n.res.pace.giveBack(n.cost, n.drained, now)
	}
}

// tripAbove is for a limiter with a layer further in that can make requests
// wait: what was counted is given back meanwhile. If that layer is a limiter
// too, an override applies there.
func (l *Limiter) tripAbove(c *transport.Call, req *http.Request, next http.RoundTripper, another bool) (*http.Response, error) {
	ctx := req.Context()
	if o, ok := transport.Setting[override](ctx); ok {
		if o.limiter == nil || another {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	if req.URL == nil {
		return next.RoundTrip(req)
	}
	h := &hold{limiter: l, call: c}
	if err := l.look(c, req, &h.ticket); err != nil {
		return transport.Refuse(req, err)
	}
	if err := ctx.Err(); err != nil {
		return transport.Refuse(req, ended(ctx))
	}
	l.key(c, req, &h.ticket)
	a := transport.AttemptFrom(ctx)
	if !l.enter(&h.ticket) {
		if err := l.wait(ctx, c, a, &h.ticket, false); err != nil {
			return transport.Refuse(req, err)
		}
	}
	h.row = a
	a.Hold(h)
	defer a.Release(h)
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.end(ctx, &h.ticket, failed(h.row))
		return resp, err
	}
	l.heed(c, req, resp)
	l.settle(&h.ticket, came(resp))
	if h.ticket.weighed {
		l.note(ctx, &h.ticket)
	}
	return resp, nil
}

// hold is a ticket that can be laid down before it was used.
type hold struct {
	limiter *Limiter
	call    *transport.Call
	ticket  ticket
	row     *transport.Attempt // that the ticket was taken for
}

// Park gives back what was counted.
func (h *hold) Park(*transport.Attempt) { h.limiter.settle(&h.ticket, failed(h.row)) }

// Resume counts again, waiting if it must.
func (h *hold) Resume(ctx context.Context, a *transport.Attempt) error {
	h.row = a
	if h.limiter.enter(&h.ticket) {
		return nil
	}
	return h.limiter.wait(ctx, h.call, a, &h.ticket, true)
}

// BodyEnd settles what a panic left open.
func (h *hold) BodyEnd(*transport.Attempt) { h.limiter.settle(&h.ticket, lost) }
