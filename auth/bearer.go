package auth

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
)

// bodyLimit bounds what is kept of a request body that cannot be had again.
const bodyLimit = 1 << 20

// sendToken sends req with a token, and once more with another one after a 401.
func (a *Auth) sendToken(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	s, err := a.await(ctx, req, layer.AttemptFrom(ctx), nil)
	if err != nil {
		return nil, err
	}
	req, done := bodies.Replayable(req, bodyLimit)
	defer done()
	resp, err := a.send(req, s.value, next)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return a.again(c, req, resp, s, next)
}

// await returns a stamp for req, and closes its body if there is none. The
// attempt holds nothing while it waits: the source may need the very slot.
func (a *Auth) await(ctx context.Context, req *http.Request, row *layer.Attempt, refused *stamp) (s *stamp, err error) {
	if s := a.tokens.have(refused); s != nil {
		return s, nil
	}
	defer func() {
		if s == nil && req.Body != nil { // also when the source panics
			_ = req.Body.Close()
		}
	}()
	if ctx.Err() != nil {
		return nil, ctxerr.Of(ctx)
	}
	row.Suspend()
	got, err := a.tokens.get(ctx, refused)
	if lost := row.Reacquire(ctx); err == nil {
		err = lost
	}
	if err != nil {
		return nil, err
	}
	return got, nil
}

// again sends req with another token than the refused one. It hands back the 401
// where that is of no use.
func (a *Auth) again(c *layer.Call, req *http.Request, resp *http.Response, refused *stamp, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	row := layer.AttemptFrom(ctx)
	if ctx.Err() != nil || c.Expect().Accepts(resp.StatusCode) {
		return resp, nil
	}
	if !a.tokens.mayRenew(refused) {
		row.AddNote("auth: 401, and the token has just been renewed")
		return resp, nil
	}
	req, err := bodies.Rewind(req)
	if err != nil {
		row.AddNote("auth: 401, and the body cannot be sent again")
		return resp, nil
	}
	row.End(resp, nil)
	row.Own(resp)
	bodies.Drain(resp)
	if row == c.Attempt() { // not one of several at once
		row = c.NextAttempt(layer.Retry)
	}
	row.AddNote("auth: 401, sent again with another token")
	s, err := a.await(ctx, req, row, refused)
	if err != nil {
		row.End(nil, err)
		return nil, err
	}
	resp, err = a.send(req, s.value, next)
	if err != nil {
		row.End(nil, err)
	}
	return resp, err
}

// markKey finds the mark of a context that a source was given. It is a plain
// value: a setting of transport would end at the first call inside.
type markKey struct{}

type markOf struct {
	auth  *Auth
	outer *markOf
}

func mark(ctx context.Context, a *Auth) context.Context {
	outer, _ := ctx.Value(markKey{}).(*markOf)
	return context.WithValue(ctx, markKey{}, &markOf{a, outer})
}

// marked reports whether ctx is that of a source of a.
func marked(ctx context.Context, a *Auth) bool {
	m, _ := ctx.Value(markKey{}).(*markOf)
	for m != nil && m.auth != a {
		m = m.outer
	}
	return m != nil
}
