package hook

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An afterRun is the run of an After and the requests that it is shown, in one allocation.
type afterRun struct {
	run
	request, shown http.Request // that of the call, and that of the response
	was            *http.Request
	context        mark // the context of shown
}

// after runs the hook on the outcome of the attempt a and returns the outcome that results.
func (h *Hook) after(a *layer.Attempt, req *http.Request, resp *http.Response, err error, hooks Hooks) (*http.Response, error) {
	ctx, c := req.Context(), a.Call()
	r := new(afterRun)
	marked := r.start(ctx, h, a)
	r.request = *req.WithContext(marked)
	o := Outcome{Request: &r.request, Response: resp, Err: err, Attempt: (*transport.Attempt)(a), Verdict: a.Verdict()}
	if !a.Ended() {
		o.Verdict = verdict.Judge(c.Request(), resp, err, c.Expect())
	}
	returned := false
	defer func() {
		r.end()
		if !returned {
			closeBody(resp)
		}
	}()
	r.markResponse(resp)
	instead, herr := hooks.After(marked, o)
	r.unmarkResponse(resp)
	returned = true
	if herr == nil && replaces(instead, resp) {
		// What the call held was for the response that is replaced. instead may be the response of
		// a call that holds the same until somebody reads it, so reacquiring would wait for that.
		return replace(a, req, resp, err, instead)
	}
	if lost := r.reacquire(ctx); lost != nil {
		discard(instead, resp)
		return fail(a, resp, err, lost)
	}
	switch {
	case herr == nil:
		return replace(a, req, resp, err, instead)
	case hooks.FailOnError:
		discard(instead, resp)
		return fail(a, resp, err, herr)
	}
	discard(instead, resp)
	a.AddNote("hook: after: " + redact.Error(herr))
	if c.Wants(layer.HookFailed) {
		c.Emit(layer.Event{Kind: layer.HookFailed, Layer: layerName, Attempt: a, Response: resp, Err: herr})
	}
	return resp, err
}

// markResponse also marks the context of the request of resp, for as long as the hook can see it.
func (r *afterRun) markResponse(resp *http.Response) {
	if resp == nil || resp.Request == nil {
		return
	}
	r.was = resp.Request
	r.context = mark{traced.Without{Context: r.was.Context()}, &r.run}
	r.shown = *r.was.WithContext(&r.context)
	resp.Request = &r.shown
}

// unmarkResponse undoes markResponse, unless the hook has put another request there.
func (r *afterRun) unmarkResponse(resp *http.Response) {
	if r.was != nil && resp.Request == &r.shown {
		resp.Request = r.was
	}
}

// fail makes an error the outcome and drains the response, if there was one.
func fail(a *layer.Attempt, resp *http.Response, err, because error) (*http.Response, error) {
	if resp != nil {
		a.Own(resp)
		bodies.Drain(resp)
	}
	return nil, &Error{Err: because, Outcome: err}
}
