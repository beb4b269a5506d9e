package throttle

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// demand finds what a request takes of which rules. It calls the user's functions,
// so no lock may be held.
func (l *Limiter) demand(c *layer.Call, req *http.Request, d *admission.Demand) error {
	rules := l.list()
	var few [8]int32
	for _, i := range l.matching.Find(c, req, few[:0]) {
		r := rules[i]
		p := admission.Part{Rule: r.core, Cost: 1}
		if r.Cost != nil {
			d.Weighed = true
			if p.Cost = r.Cost(req); p.Cost < 1 {
				continue
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
	}
	return nil
}

// key notes which pause concerns a request. It may ask for the route, so no lock may
// be held.
func (l *Limiter) key(c *layer.Call, req *http.Request, d *admission.Demand) {
	if !d.Keyed && !l.pause.off() {
		d.Pause = pauseKey(c, req)
	}
	d.Keyed = true
}
