package hook

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
)

// layerName is how Explain shows the layer.
const layerName = "hook"

// A Hook is the layer that [New] returns. It is safe for concurrent use.
type Hook struct{ hooks Hooks }

// New returns a layer that runs hooks.
func New(h Hooks) *Hook { return &Hook{h} }

// Wrap implements [transport.Layer].
func (h *Hook) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(layerName, h, next, h.trip)
}

// Wants implements [layer.Observer].
func (h *Hook) Wants() layer.Kind { return layer.CallBegin }

// Observe implements [layer.Observer]. When a call begins inside a hook, it suspends what the
// outer call holds.
func (h *Hook) Observe(e layer.Event) {
	for r := runOf(e.Call.Request().Context()).of(h); r != nil; r = r.outer.of(h) {
		r.suspend()
	}
}

// String returns which hooks are set.
func (h *Hook) String() string {
	s := "hook:"
	switch hs := h.hooks; {
	case hs.Before != nil && hs.After != nil:
		s += " before and after"
	case hs.Before != nil:
		s += " before"
	case hs.After != nil:
		s += " after"
	default:
		s += " none"
	}
	if h.hooks.FailOnError {
		s += ", fails on error"
	}
	return s
}

// Explain implements [transport.Explainer].
func (h *Hook) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{})
	p.Note("%s", h)
}

func (h *Hook) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	hooks := h.hooks
	if o, ok := layer.Setting[override](req.Context()); ok {
		hooks = o.hooks
	}
	if hooks.Before == nil && hooks.After == nil || runOf(req.Context()).of(h) != nil {
		return next.RoundTrip(req)
	}
	own := layer.AttemptFrom(req.Context())
	var resp *http.Response
	var err error
	if hooks.Before != nil {
		var done func()
		req, done = bodies.Guard(req) // the hook may read a body from GetBody, to sign it
		defer done()
		req, err = h.before(c, req, hooks.Before)
	}
	if err == nil {
		resp, err = next.RoundTrip(req)
	}
	if hooks.After == nil {
		return resp, err
	}
	return h.after(own.For(resp), req, resp, err, hooks)
}
