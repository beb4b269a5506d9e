package retry

import (
	"net/http"
)

// mustKeep reports whether the body of req has to be prepared before the first
// attempt, because it could not be had again and may be asked for.
func (p *plan) mustKeep(req *http.Request) bool {
	return req.Body != nil && req.Body != http.NoBody && req.GetBody == nil && req.Trailer == nil && p.attempts > 1 && p.mayResend(req)
}
