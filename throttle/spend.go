package throttle

import (
	"context"
	"sync"

	"github.com/gracy-go/gracy/layer"
)

// Spent is what a call took of the rules that weigh requests ([Rule.Cost]), for
// a cost that is known only with the answer: the tokens of a language model, say.
// It is for one call and safe for concurrent use.
type Spent struct {
	mu      sync.Mutex
	limiter *Limiter
	booked  []booked
}

// booked is what a call took of one rule.
type booked struct {
	res  *resource
	cost int   // at the instant of sending
	at   int64 // its stamp
	debt int   // beyond cost
	owed int64 // the stamp of that

	drained int64 // when the pacer has forgotten cost
	paid    int64 // when it has forgotten the debt
}

// Track returns a context for one call, and what that will have spent:
//
//	ctx, spent := throttle.Track(ctx)
//	resp, err := client.Do(req.WithContext(ctx))
//	...
//	spent.Adjust(usage.TotalTokens)
func Track(ctx context.Context) (context.Context, *Spent) {
	s := new(Spent)
	return layer.WithSetting(ctx, s), s
}

// Adjust says what the call did cost. What was estimated too much is free at
// once, for those who wait as well. What was too little is debt: it counts for a
// window from now on, above the limit if need be, and the next ones wait for it.
// A cost below 0 is 0.
//
// It may be called again, as the figure becomes better known. It concerns the
// attempt that was answered, or else the last; those before have cost what was
// estimated. It reports whether there was one. Stores are not told: they cannot
// take anything back.
func (s *Spent) Adjust(actual int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.limiter
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	actual = min(max(actual, 0), maxCost)
	for i := range s.booked {
		s.booked[i].adjust(now, actual)
	}
	if l.waiting > 0 {
		l.scan(now)
	}
	return true
}

// maxCost keeps the sums of a window from overflowing.
const maxCost = 1 << 31

func (b *booked) adjust(now int64, actual int) {
	if res := b.res.current(); res != b.res { // what was booked counts no longer
		b.res, b.at, b.debt, b.drained = res, -1, 0, 0
	}
	w := &b.res.win
	if w.limit == 0 {
		return
	}
	w.expire(now)
	pace := &b.res.pace
	if b.debt > 0 {
		w.remove(b.owed, b.debt)
		pace.giveBack(min(b.debt, w.limit), b.paid, now)
		b.debt = 0
	}
	switch more := actual - b.cost; {
	case more > 0:
		b.debt = more
		b.owed = w.add(now, more)
		pace.spend(now, min(more, w.limit)) // a window's worth at most, as the window forgets it
		b.paid = pace.free
	case more < 0:
		w.remove(b.at, -more)
		pace.giveBack(-more, b.drained, now)
		b.cost = actual
	}
}

// note keeps what the weighing rules took, if the caller wants to adjust it.
func (l *Limiter) note(ctx context.Context, t *ticket) {
	s, ok := layer.Setting[*Spent](ctx)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter, s.booked = l, nil
	for i := range t.n {
		if n := t.need(i); n.rule.Cost != nil {
			s.booked = append(s.booked, booked{res: n.res, cost: n.cost, at: n.at, drained: n.drained})
		}
	}
}
