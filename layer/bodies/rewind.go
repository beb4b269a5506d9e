package bodies

import (
	"errors"
	"net/http"
)

// ErrNotReplayable says that the body of a request cannot be sent again.
var ErrNotReplayable = errors.New("bodies: the request body cannot be sent again")

// Rewind returns a copy of req with a fresh body from GetBody, for a further
// attempt; for a request without a body, req itself. The error is GetBody's or
// [ErrNotReplayable].
func Rewind(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	if req.GetBody == nil {
		return nil, ErrNotReplayable
	}
	b, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	if s, ok := b.(*sourceReader); ok {
		s.attempt()
	}
	r := req.WithContext(req.Context())
	r.Body = b
	return r, nil
}
