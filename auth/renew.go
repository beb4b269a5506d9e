package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
)

// bodyLimit bounds the bytes that are kept of a request body without GetBody.
const bodyLimit = 1 << 20

// sendToken sends req with a token, and once more with another token after a 401.
func (a *Auth) sendToken(c *layer.Call, req *http.Request, next http.RoundTripper) (resp *http.Response, err error) {
	ctx := req.Context()
	cred, err := a.await(ctx, req, layer.AttemptFrom(ctx), nil, next)
	if err != nil {
		return nil, err
	}
	req, done := bodies.Replayable(req, bodyLimit)
	defer func() {
		bodies.Failed(req, err)
		done()
	}()
	resp, err = a.send(req, cred.value, next)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return a.sendAgain(c, req, resp, cred, next)
}

// await returns a credential for req other than the unauthorized one. If there is none it closes
// the body of req. The attempt holds nothing while it waits, since the source may need the same
// slot.
func (a *Auth) await(ctx context.Context, req *http.Request, row *layer.Attempt, unauthorized *credential, next http.RoundTripper) (cred *credential, err error) {
	defer func() {
		if cred == nil && req.Body != nil { // also when the source panics
			_ = req.Body.Close()
		}
	}()
	got := a.tokens.atHand(ctx, unauthorized)
	if got == nil {
		if ctx.Err() != nil {
			return nil, ctxerr.Of(ctx)
		}
		row.Suspend()
		got, err = a.tokens.get(ctx, unauthorized)
		if _, failed := errors.AsType[*Error](err); err != nil && !failed {
			row.AddNote("auth: ended during the wait for a token") // that time is in no wait of the ledger
			if unauthorized == nil {
				layer.SetSends(row, -1) // so even one that is not idempotent may be sent again
			}
		}
		if lost := row.Reacquire(ctx); err == nil {
			err = lost
		}
		if err != nil {
			return nil, err
		}
	}
	if got.masked && !hasTape(next) {
		return nil, &Error{Unauthorized: unauthorized != nil, Err: errMasked}
	}
	return got, nil
}

// sendAgain sends req with another token than the unauthorized one. It returns the 401 if another
// attempt would be useless.
func (a *Auth) sendAgain(c *layer.Call, req *http.Request, resp *http.Response, unauthorized *credential, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	row := layer.AttemptFrom(ctx)
	if ctx.Err() != nil || c.Expect().Accepts(resp.StatusCode) {
		return resp, nil
	}
	if !a.tokens.mayRenew(unauthorized) {
		row.AddNote("auth: 401, not sent again: the token has just been renewed")
		return resp, nil
	}
	if err := bodies.Rewindable(req); err != nil {
		a.tokens.renewNext(unauthorized) // all requests of the caller may be like this one
		row.AddNote("auth: 401, not sent again: " + redact.Error(err))
		return resp, nil
	}
	row.For(resp).End(resp, nil)
	row.Own(resp)
	bodies.SetAside(resp)
	row = c.Follow(ctx)
	if layer.AttemptFrom(ctx) != row { // the request has a row of its own, because a foreign layer has sent again
		req = req.WithContext(row.Context(ctx))
	}
	cred, err := a.await(ctx, req, row, unauthorized, next)
	if err != nil {
		row.End(nil, err)
		return nil, err
	}
	again, err := bodies.Rewind(req)
	if err != nil {
		row.AddNote("auth: not sent again: " + redact.Error(err))
		row.End(nil, err)
		return resp, nil
	}
	note := "auth: 401, sent again with another token"
	if cred.value == unauthorized.value {
		note = "auth: 401, sent again with the same token: the source returned no other"
	}
	row.AddNote(note)
	second, err := a.send(again, cred.value, next)
	switch {
	case err == nil:
		return second, nil
	case bodies.IsShort(err):
		row.AddNote("auth: " + redact.Error(err))
		row.End(nil, err)
		return resp, nil
	}
	row.End(nil, err)
	return nil, err
}
