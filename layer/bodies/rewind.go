package bodies

import (
	"errors"
	"net/http"
)

// ErrNotReplayable says that the body of a request cannot be sent again.
var ErrNotReplayable = errors.New("bodies: the request body cannot be sent again")

// Rewindable returns why a further attempt of a request cannot have its body, as far as that is
// known without calling its GetBody. It returns nil if it may.
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

// Rewind returns a copy of req with a fresh body from GetBody, for a further attempt, or req itself
// if it has no body. The error is GetBody's or [ErrNotReplayable].
//
// The attempt before must be over: if the base still reads its body, that read fails from here on,
// so that a GetBody that rewinds one reader does not rewind it under a reader. That breaks the
// connection of a response that arrived early, so drain it before.
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
