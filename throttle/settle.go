package throttle

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// outcome is what became of a request that was admitted.
type outcome uint8

const (
	unsent   outcome = iota // it never reached the wire: what it took is given back
	lost                    // it got no answer
	warned                  // the server asks for fewer calls
	answered                // it did anything else
)

// came tells what an answer to the attempt says. One from a recording says that
// nothing was sent.
func came(a *layer.Attempt, resp *http.Response) outcome {
	if a.Replayed() {
		return failed(a)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return warned
	}
	return answered
}

// failed tells lost from unsent: a retry further in may have made attempts after a.
func failed(a *layer.Attempt) outcome {
	for row := range a.Call().Attempts() {
		if row.Number() >= a.Number() && row.Sent() {
			return lost
		}
	}
	return unsent
}

// end books a request that got no answer.
func (l *Limiter) end(ctx context.Context, t *ticket, o outcome) {
	l.settle(t, o)
	if t.weighed && o != unsent {
		l.note(ctx, t)
	}
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
