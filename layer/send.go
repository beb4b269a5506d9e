package layer

import (
	"errors"
	"net/http"
)

var errNothing = errors.New("layer: a round tripper returned neither a response nor an error")

// sender is between the innermost layer and the base. It records that the attempt was sent, and
// fills in what a careless base leaves nil.
type sender struct {
	base http.RoundTripper
	root *built
}

func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	if a := s.attempt(req); a != nil {
		a.flags.Or(flagSent)
	}
	resp, err := s.base.RoundTrip(req)
	if err != nil || resp == nil {
		return nil, failure(resp, err)
	}
	complete(req, resp)
	return resp, nil
}

// careful is between a layer and a foreign one around further layers. It does for that one what sender
// does for a careless base. Without it the body of a response that comes with an error would keep
// what inner layers hold.
//
// It also records that the foreign layer has returned: then a further attempt of the layer outside it
// goes through those inside anew, even if a hedge has left a request there that lost, and takes over
// only what was held before. And it records whether that is with another outcome than the foreign layer
// got: outer layers may replace errors.
type careful struct {
	foreign http.RoundTripper
	inner   *built // the layer right inside the foreign one
}

func (c *careful) RoundTrip(req *http.Request) (*http.Response, error) {
	var outer holds
	if a := c.attempt(req); a != nil {
		outer = heldFor(a)
		if a.is(flagUncalled) {
			a.flags.And(^flagUncalled)
		}
	}
	resp, err := c.foreign.RoundTrip(req)
	if err != nil || resp == nil {
		resp, err = nil, failure(resp, err)
	} else {
		complete(req, resp)
	}
	if a := c.attempt(req); a != nil {
		if !passedOn(a, err, c.inner.depth) {
			a.flags.Or(flagElsewhere)
		}
		a.flags.Or(flagCalled)
		if !a.entries.left(c.inner.depth) {
			leaveBehind(a, outer)
		}
		a.entries.leave(c.inner.depth)
	}
	return resp, err
}

func (c *careful) Unwrap() http.RoundTripper { return c.foreign }

// attempt returns the attempt that the foreign layer is called for, or the one that an inner layer has
// made of it. It returns nil if that is of another stack.
func (c *careful) attempt(req *http.Request) *Attempt {
	a := AttemptFrom(req.Context())
	if a == nil || a.call.begunBy.root != c.inner.root {
		return nil
	}
	return inside(a, leftBehind(req.Context(), a.call))
}

// attempt returns the attempt that is being sent. It is nil if the call in the context does not
// belong to this stack or has returned: then the request was made inside or after the call, through
// no layer that begins a call. An attempt in a goroutine of its own may outlive its call.
func (s *sender) attempt(req *http.Request) *Attempt {
	a := AttemptFrom(req.Context())
	if a == nil || a.call.begunBy.root != s.root || a.call.returned() && !concurrent(req.Context()) {
		return nil
	}
	return a
}

// complete fills in what a response must have.
func complete(req *http.Request, resp *http.Response) {
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	if resp.Request == nil {
		resp.Request = req
	}
}

// failure returns the error of a round tripper that returned an error or no response. What a layer
// returns is a response or an error, never both and never neither. http.Client drops a response
// that comes with an error, and leaks its body, so failure closes it.
func failure(resp *http.Response, err error) error {
	if err == nil {
		return errNothing
	}
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	return err
}
