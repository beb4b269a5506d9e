package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/transport/verdict"
)

// mayResend reports whether a request may be sent again whatever its outcome is:
// the part of the second check that is known before it is sent.
func (p *plan) mayResend(req *http.Request) bool {
	return p.unsafe || verdict.Idempotent(req)
}

// mustKeepBody reports whether the body of a request has to be prepared before the
// first attempt, because it is not replayable and a further attempt may need it.
func (p *plan) mustKeepBody(req *http.Request) bool {
	return req.Body != nil && req.Body != http.NoBody && req.GetBody == nil && req.Trailer == nil && p.attempts > 1 && p.mayResend(req)
}

// barred is the second check. It returns why the request must not be sent again,
// "" if it may.
func (s *series) barred(o Outcome) string {
	if header := resentBySDK(s.call.Request().Header); header != "" {
		return "an SDK resends the request itself: " + header
	}
	if why := sentOnce(s.req, o.Response); why != "" && (s.req.Trailer != nil || !s.unsent(o)) {
		return why
	}
	if o.Response != nil && o.Response.StatusCode == http.StatusTooEarly {
		if s.early {
			return "too early twice"
		}
		s.early = true
	}
	switch {
	case s.mayResend(o.Request), s.cleared, s.unsent(o),
		o.Response != nil && o.Response.StatusCode == http.StatusTooManyRequests:
		return ""
	case o.Verdict == verdict.Ambiguous:
		return "ambiguous: not idempotent"
	}
	return "not idempotent"
}

// sentOnce returns why a request must not be sent again whatever the policy says,
// "" if there is no such reason. A request that got a 429 has done nothing.
func sentOnce(req *http.Request, resp *http.Response) string {
	switch {
	case req.Trailer != nil:
		return "trailers cannot be replayed"
	case resp != nil && resp.StatusCode == http.StatusTooManyRequests:
	case req.Method == http.MethodConnect:
		return "CONNECT is sent once"
	case len(req.Header["Upgrade"]) > 0:
		return "an upgrade is sent once"
	}
	return ""
}
