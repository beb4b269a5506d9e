package throttle

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
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
func (l *Limiter) look(c *layer.Call, req *http.Request, t *ticket) error {
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
func (l *Limiter) key(c *layer.Call, req *http.Request, t *ticket) {
	if !t.keyed && !l.pause.Off {
		t.pause = l.pauseKey(c, req)
	}
	t.keyed = true
}
