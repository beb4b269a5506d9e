package bodies

import (
	"errors"
	"net/http"
)

// ErrNotReplayable says that the body of a request cannot be sent again.
var ErrNotReplayable = errors.New("bodies: the request body cannot be sent again")

// Rewindable returns why no further attempt of a request can have its body, as far as
// that is known without asking its GetBody; nil if there may be one.
func Rewindable(req *http.Request) error {
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	if req.GetBody == nil {
		return ErrNotReplayable
	}
	if r, ok := innermost(req.Body).(*sourceReader); ok {
		r.s.mu.Lock()
		defer r.s.mu.Unlock()
		return r.s.goneLocked()
	}
	return nil
}

// Rewind returns a copy of req with a fresh body from GetBody, for a further
// attempt; for a request without a body, req itself. The error is GetBody's or
// [ErrNotReplayable].
//
// The attempt before has to be over: what the base still reads of its body fails from
// here on, so that a GetBody that rewinds one reader rewinds it under nobody. That
// breaks the connection of a response that came early, so drain it before.
func Rewind(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	if req.GetBody == nil {
		return nil, ErrNotReplayable
	}
	if r, ok := innermost(req.Body).(*guarded); ok {
		r.cutOff()
	}
	b, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	if s, ok := innermost(b).(*sourceReader); ok {
		s.attempt()
	}
	r := req.WithContext(req.Context())
	r.Body = apart(req, b)
	return r, nil
}
