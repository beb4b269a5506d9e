package hook

import (
	"io"
	"net/http"
	"reflect"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An afterRun is the run of an After with the requests that it is shown, in one allocation.
type afterRun struct {
	run
	request, shown http.Request // that of the call, and that of the response
	was            *http.Request
	context        mark // of shown
}

// after runs the hook on an outcome and returns what replaces it.
func (h *Hook) after(c *layer.Call, req *http.Request, resp *http.Response, err error, hooks Hooks) (*http.Response, error) {
	ctx := req.Context()
	a := layer.AttemptFrom(ctx).For(resp)
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

// markResponse marks the context of the request of resp too, for as long as the
// hook can see it.
func (r *afterRun) markResponse(resp *http.Response) {
	if resp == nil || resp.Request == nil {
		return
	}
	r.was = resp.Request
	r.context = mark{r.was.Context(), &r.run}
	r.shown = *r.was.WithContext(&r.context)
	resp.Request = &r.shown
}

// unmarkResponse undoes markResponse, unless the hook has put another request there.
func (r *afterRun) unmarkResponse(resp *http.Response) {
	if r.was != nil && resp.Request == &r.shown {
		resp.Request = r.was
	}
}

// replace makes the response of the hook the outcome.
func replace(a *layer.Attempt, req *http.Request, resp *http.Response, err error, instead *http.Response) (*http.Response, error) {
	if instead == nil || instead == resp {
		return resp, err
	}
	if resp != nil && !same(instead.Body, resp.Body) {
		a.Own(resp)
		bodies.Drain(resp)
	}
	if instead.Body == nil {
		instead.Body = http.NoBody
	}
	if instead.Header == nil {
		instead.Header = make(http.Header)
	}
	if resp != nil && resp.Request != nil {
		req = resp.Request
	}
	instead.Request = req
	return instead, nil
}

// fail makes an error the outcome, and drains the response that there was.
func fail(a *layer.Attempt, resp *http.Response, err, because error) (*http.Response, error) {
	if resp != nil {
		a.Own(resp)
		bodies.Drain(resp)
	}
	return nil, &Error{Err: because, Outcome: err}
}

// discard closes the body of a response that a hook has returned and that is not
// used.
func discard(instead, resp *http.Response) {
	if instead != nil && instead != resp && (resp == nil || !same(instead.Body, resp.Body)) {
		closeBody(instead)
	}
}

func closeBody(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
}

// same reports whether two bodies are one. It takes bodies of one type that cannot
// be compared for the same: to close a body that is still read would be worse than
// to leave one open.
func same(a, b io.ReadCloser) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() {
		return a == b
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b)
}
