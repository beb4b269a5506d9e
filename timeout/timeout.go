package timeout

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// layerName is how Explain shows the layer.
const layerName = "timeout"

// A Timeout is the layer that [New] returns. It is safe for concurrent use.
type Timeout struct {
	limits      limits
	total, idle *alarms
}

// New returns a layer that limits the time of a call. Put it outside retry. New panics on
// negative limits other than [NoTimeout].
func New(c Config) *Timeout {
	l := c.limits()
	t := &Timeout{limits: l, total: newAlarms(l.total)}
	if t.idle = t.total; l.idle != l.total {
		t.idle = newAlarms(l.idle)
	}
	return t
}

// Wrap implements [transport.Layer].
func (t *Timeout) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(layerName, t, next, t.trip)
}

// bounded is a call that a [Timeout] bounds, in one allocation. Whatever holds the context of the
// request also holds the body, as the connection does while the body is being received.
type bounded struct {
	deadline deadline
	req      http.Request
	body     idleBody
}

func (t *Timeout) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	l := t.limits
	if o, ok := layer.Setting[limits](req.Context()); ok {
		l = o
	}
	idle, patience := l.idle, l.idle
	if l.stream != l.idle {
		if declare.IsStream(req) {
			idle, patience = l.stream, l.stream
		} else if declare.MayHaveEvents(req) {
			patience = longer(l.idle, l.stream)
		}
	}
	r := rule{limit: l.total, fromUpload: l.fromUpload, idle: l.idle}
	patience = patienceFor(patience)
	var resp *http.Response
	var err error
	var body *idleBody
	if c, now := t.total.now(); r.fit(req, c, now) || patience > 0 {
		b := new(bounded)
		body = &b.body
		b.deadline.rule, b.deadline.patience = r, patience
		b.deadline.begin(req.Context(), &b.deadline, t.total, c, now)
		resp, err = b.deadline.within(req, &b.req, next)
	} else {
		resp, err = next.RoundTrip(req)
	}
	if resp != nil && l.stream != l.idle && declare.HasEvents(resp) {
		idle = l.stream
	}
	if resp != nil && idle > 0 {
		owner := c.Attempt().For(resp)
		if body == nil || owner.LeakWatched() {
			body = new(idleBody) // the context must not keep alive a body that is watched for leaks
		}
		body.watch(resp, owner, idle, t.idle)
	}
	return resp, err
}

// longer returns the longer of two limits. 0 means no limit.
func longer(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

// String describes the limits.
func (t *Timeout) String() string {
	from := ""
	if t.limits.fromUpload && t.limits.total > 0 {
		from = " after the upload"
	}
	text := fmt.Sprintf("timeout: total %s%s, idle %s", shown(t.limits.total), from, shown(t.limits.idle))
	if t.limits.stream != t.limits.idle {
		text += ", streams " + shown(t.limits.stream)
	}
	return text
}

// Explain implements [transport.Explainer].
func (t *Timeout) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true, Apart: t.limits.stream != t.limits.idle})
	p.Note("%s", t)
	switch {
	case t.limits.total == 0:
	case p.Attempts > 1:
		p.Warn("timeout is inside retry: its total bounds each attempt, not the call")
	case p.Longest == 0 || t.limits.total < p.Longest:
		p.Longest = t.limits.total
	}
}
