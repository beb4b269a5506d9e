package hook

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gracy-go/gracy/layer"
)

// before runs the hook and returns the request to send. After an error the body is
// closed.
func (h *Hook) before(c *layer.Call, req *http.Request, f func(context.Context, *http.Request) error) (*http.Request, error) {
	ctx := req.Context()
	marked, r := startRun(ctx, h, layer.AttemptFrom(ctx))
	edited := layer.Edit(req.WithContext(marked))
	if req.URL != nil {
		edited.URL = new(url.URL)
		*edited.URL = *req.URL
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
	sent = true
	if now := edited.Context(); now != marked && layer.CallFrom(now) == c {
		return edited.WithContext(r.unmark(now)), nil
	}
	return edited.WithContext(ctx), nil
}
