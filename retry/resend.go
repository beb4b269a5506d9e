package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/transport/verdict"
)

// mayResend reports whether a request may be sent again after a response.
func (p *plan) mayResend(req *http.Request) bool {
	return p.unsafe || verdict.Idempotent(req)
}

// mayResendLost reports whether a request may be sent again although it may have done its work,
// because its response was lost. A GET may: it changes nothing, so it meets its own condition again.
func (p *plan) mayResendLost(req *http.Request) bool {
	return req.Method == http.MethodGet || p.unsafe || verdict.Idempotent(req) && !verdict.Conditional(req)
}

// maySendAgain reports whether the body of a request must be prepared before the first attempt,
// because a further attempt may need it. After a 429, or if nothing was sent, a request with any
// method may be sent again.
func (p *plan) maySendAgain(req *http.Request) bool {
	return p.attempts > 1 && resentBySDK(req.Header) == "" && sentOnce(req, nil) == ""
}

// barred is the second check. It returns why the request must not be sent again, or "" if it may.
func (s *series) barred(o Outcome) string {
	if header := resentBySDK(s.call.Request().Header); header != "" {
		return "an SDK resends the request itself: " + header
	}
	if why := sentOnce(s.req, o.Response); why != "" && (s.req.Trailer != nil || !s.unsent(o)) {
		return why
	}
	if o.Response != nil && o.Response.StatusCode == http.StatusTooEarly {
		if s.early {
			return "425 Too Early twice"
		}
		s.early = true
	}
	may := s.mayResend(o.Request)
	if o.Response == nil {
		may = s.mayResendLost(o.Request)
	}
	switch {
	case may, s.cleared, s.unsent(o),
		o.Response != nil && quota(o.Verdict, o.Response.StatusCode):
		return ""
	case o.Verdict == verdict.Ambiguous && verdict.Conditional(o.Request):
		return "ambiguous: the condition may have been met by this request"
	case o.Verdict == verdict.Ambiguous:
		return "ambiguous: not idempotent" + allowedBy
	}
	return "not idempotent" + allowedBy
}

// allowedBy says what would allow a request that is not idempotent to be sent again.
const allowedBy = " (transport.Safe, transport.KeyHeader or Policy.IdempotencyKey would allow it)"

// sentOnce returns why a request must not be sent again whatever the policy says, or "". A request
// that got a 429 has done nothing.
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
