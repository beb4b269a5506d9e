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

// A beforeRun is the run of a Before with the requests that it takes, in one allocation. They
// are two, since a hook may keep the one that it was shown.
type beforeRun struct {
	run
	shown, sent http.Request
	url         url.URL   // of both
	values      [6]string // of the header of both, if they are no more
}

// before runs the hook and returns the request to send. After an error the body is
// closed.
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
		_ = r.reacquire(ctx) // nothing is sent, so that a failure changes nothing
		return edited.WithContext(ctx), &VetoError{err}
	}
	if err := r.reacquire(ctx); err != nil {
		return edited.WithContext(ctx), err
	}
	if req.Header == nil && len(edited.Header) == 0 {
		edited.Header = nil // malformed, which the base reports
	}
	if edited.ContentLength != req.ContentLength && sameFunc(edited.GetBody, req.GetBody) {
		edited.GetBody = nil // it has what the body was before
	}
	sent = true
	if now := edited.Context(); now != marked && layer.CallFrom(now) == c {
		return edited.WithContext(r.unmark(now)), nil
	}
	r.sent = *edited.WithContext(ctx)
	return &r.sent, nil
}

// sameFunc reports whether a hook has left the function, as far as functions can be compared.
func sameFunc(a, b func() (io.ReadCloser, error)) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}
