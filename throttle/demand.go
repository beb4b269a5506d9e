package throttle

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// demand determines how much a request takes of which rules. It calls the user's functions, so no
// lock may be held.
func (l *Limiter) demand(c *layer.Call, req *http.Request, d *admission.Demand) error {
	var room [match.Few]int32
	matching := l.matching.Find(c, req, &room)
	d.Grow(len(matching))
	for _, i := range matching {
		if err := l.list()[i].demand(req, d); err != nil {
			return err
		}
	}
	return nil
}

// demand adds to d what a request takes of a rule that matches. It is separate from the demand of
// all rules to keep that frame small: matching rules already needs a deep stack.
func (r *rule) demand(req *http.Request, d *admission.Demand) error {
	p := admission.Part{Rule: r.core, Cost: 1}
	if r.Cost != nil {
		d.Weighed = true
		if p.Cost = r.Cost(req); p.Cost < 1 {
			return nil
		}
	}
	if r.Key != nil {
		p.Key = r.Key(req)
	}
	if p.Cost > r.Limit {
		return &Error{Rule: r.text, Key: r.core.KeyName(p.Key), Reason: fmt.Errorf("%w (cost %d)", ErrCost, p.Cost)}
	}
	d.UntilResponse = d.UntilResponse || r.Mode == UntilResponse
	d.Add(p)
	return nil
}

// key determines which pause concerns a request. It may ask for the route, so no lock may be held.
func (l *Limiter) key(c *layer.Call, req *http.Request, d *admission.Demand) {
	if !d.Keyed && !l.pause.off() {
		if c != nil {
			c.RouteName() // the call keeps it; it is found here, where the stack is less deep
		}
		setPauseKey(&d.Pause, c, req)
	}
	d.Keyed = true
}
