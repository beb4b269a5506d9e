package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// layerName is how Explain and events show the layer.
const layerName = "retry"

// A Retry is the layer that [New] returns. It is safe for concurrent use. It may be part
// of several stacks, which then share its budget.
type Retry struct {
	policy Policy
	plan   *plan
	budget *Budget

	failures *failures     // the calls that a layer above may send again
	memory   bodies.Memory // counts the bytes that are kept of request bodies
}

// New returns a retry layer with policy p. It panics on values that make no sense:
// negative numbers, a Multiplier below 1, a MaxDelay below Delay, or fields that
// exclude each other.
func New(p Policy) *Retry {
	r := &Retry{policy: p, plan: compile(p), budget: p.Budget, failures: newFailures()}
	if r.budget == nil {
		r.budget = NewBudget(BudgetConfig{Adaptive: true})
	}
	return r
}

// Wrap implements [transport.Layer].
func (r *Retry) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(layerName, r, next, r.trip)
}

// Policy returns the policy that the layer was made with.
func (r *Retry) Policy() Policy { return r.policy }

// Budget returns the budget of the layer, for example to share it with another.
func (r *Retry) Budget() *Budget { return r.budget }

// Buffered returns how many bytes of request bodies the layer keeps now, in all its stacks.
func (r *Retry) Buffered() int64 { return r.memory.InUse() }

// String returns [Policy.String] of the layer's policy.
func (r *Retry) String() string { return r.policy.String() }

func (r *Retry) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (resp *http.Response, err error) {
	p := r.plan
	if o, ok := layer.Setting[*plan](req.Context()); ok {
		p = o
	}
	if p.idle() {
		return next.RoundTrip(req)
	}
	a := layer.AttemptFrom(req.Context())
	if a != c.Attempt() { // a further attempt would follow the current one, not this one
		a.AddNote("not retried: it runs beside another attempt")
		if p.key != nil { // that has the key, too
			req = p.withIdempotencyKey(c, req)
		}
		return next.RoundTrip(req)
	}
	if !c.ClaimRetry(p.attempts) {
		if a.Number() == 1 {
			a.AddNote("the inner of two retry layers does not retry")
		}
		return next.RoundTrip(req)
	}
	defer c.ReleaseRetry()
	budget := p.budget
	if budget == nil {
		budget = r.budget
	}
	start, failures := a.Start(), r.failures.count.Load()
	if p.repeats == RejectRepeats {
		if err := r.watch(p, c, start, failures).rejects(); err != nil {
			return layer.Reject(req, err)
		}
	}
	host := budget.recordCall(req, start)
	if p.key != nil {
		req = p.withIdempotencyKey(c, req)
	}
	kept := false
	if req.Body != nil && req.Body != http.NoBody && p.maySendAgain(req) {
		kept = req.GetBody == nil
		var done func()
		req, done = bodies.Limits{Known: p.bufferKnown, Unknown: p.buffer, Memory: &r.memory, Total: p.bufferTotal}.Replayable(req)
		whole := req
		defer func() {
			bodies.Failed(whole, err)
			done()
		}()
	}
	noBody := req.Body == nil || req.Body == http.NoBody
	sent, w := p.probed(req)
	resp, err = next.RoundTrip(sent)
	if w != nil {
		w.report(a, err)
	}
	a, v := endRow(a, resp, err)
	host.recordOutcome(a, v, err)
	if v == verdict.OK {
		if r.failures.any() {
			r.watch(p, c, start, failures).succeeded()
		}
		return resp, err
	}
	s := &series{
		plan: p, call: c, next: next, req: req, parent: req.Context(), kept: kept, noBody: noBody, host: host, watch: r.watch(p, c, start, failures), probe: w,
	}
	resp, err = s.run(a, resp, err)
	s.learn(resp, err)
	return resp, err
}
