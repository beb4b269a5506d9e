package hook

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gracy-go/gracy/layer"
)

// before runs the hook and returns the request to send. With an error the body
// is closed.
func (h *Hook) before(c *layer.Call, req *http.Request, f func(context.Context, *http.Request) error) (*http.Request, error) {
	ctx := req.Context()
	marked, in := enter(ctx, h, layer.AttemptFrom(ctx))
	edited := layer.Edit(req.WithContext(marked))
	if req.URL != nil {
		edited.URL = new(url.URL)
		*edited.URL = *req.URL
	}
	handed := false
	defer func() {
		in.stop()
		if !handed && edited.Body != nil {
			_ = edited.Body.Close()
		}
	}()
	if err := f(marked, edited); err != nil {
		_ = in.resume(ctx) // nothing is sent, with or without what was held
		return edited.WithContext(ctx), &VetoError{err}
	}
	if err := in.resume(ctx); err != nil {
		return edited.WithContext(ctx), err
	}
	if req.Header == nil && len(edited.Header) == 0 {
		edited.Header = nil // malformed stays malformed, and the base refuses it
	}
	handed = true
	if now := edited.Context(); now != marked && layer.CallFrom(now) == c {
		return edited.WithContext(in.leave(now)), nil
	}
	return edited.WithContext(ctx), nil
}
