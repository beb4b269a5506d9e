package hook

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/gracy-go/gracy/internal/headers"
	"github.com/gracy-go/gracy/layer"
)

// A beforeRun is the run of a Before and the requests that it needs, in one allocation. There are
// two, since a hook may keep the one that it was shown.
type beforeRun struct {
	run
	shown, sent http.Request
	url         url.URL   // the URL of both
	values      [6]string // the header values of both, if they fit
}

// before runs the hook and returns the request to send. If it returns an error, it has closed the
// body.
func (h *Hook) before(c *layer.Call, req *http.Request, f func(context.Context, *http.Request) error) (*http.Request, error) {
	ctx := req.Context()
	r := new(beforeRun)
	marked := r.start(ctx, h, layer.AttemptFrom(ctx))
	edited := &r.shown
	*edited = *req.WithContext(marked)
	edited.Header = headers.Clone(req.Header, r.values[:])
	if req.URL != nil {
		r.url = *req.URL
		edited.URL = &r.url
	}
	sent := false
	defer func() {
		r.end()
		if !sent && edited.Body != nil {
			_ = edited.Body.Close()
		}
	}()
	if err := f(marked, edited); err != nil {
		_ = r.reacquire(ctx) // nothing is sent, so a failure does not matter
		return edited.WithContext(ctx), &VetoError{err}
	}
	if err := r.reacquire(ctx); err != nil {
		return edited.WithContext(ctx), err
	}
	if req.Header == nil && len(edited.Header) == 0 {
		edited.Header = nil // malformed, which the base reports
	}
	if edited.ContentLength != req.ContentLength && sameFunc(edited.GetBody, req.GetBody) {
		edited.GetBody = nil // it returns the previous body
	}
	sent = true
	if now := edited.Context(); now != marked && layer.CallFrom(now) == c {
		return edited.WithContext(r.unmark(now)), nil
	}
	r.sent = *edited.WithContext(ctx)
	return &r.sent, nil
}

// sameFunc reports whether a hook has left the function unchanged, as far as functions can be
// compared.
func sameFunc(a, b func() (io.ReadCloser, error)) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}
