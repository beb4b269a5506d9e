package verdict

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/hint"
)

// A Verdict is what the outcome of an attempt means. It is judged once per
// attempt and read by all layers.
type Verdict uint8

// The verdicts.
const (
	Unjudged  Verdict = iota // the attempt runs, or no layer has judged it
	OK                       // accepted, or a redirect that the client follows
	Retryable                // a fault that another attempt may not meet
	Throttled                // the server asked for fewer requests
	Permanent                // a response or error that another attempt would meet again
	Ambiguous                // sent, no response, and not safe to send again
	Canceled                 // the caller's context ended
	Rejected                 // a layer did not send the request
)

// String returns the verdict in lower case: "ok", "rejected".
func (v Verdict) String() string {
	names := [...]string{"unjudged", "ok", "retryable", "throttled", "permanent", "ambiguous", "canceled", "rejected"}
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}

// ErrRejected matches, by errors.Is, every error with which a layer of this project
// rejects a request: nothing was sent.
var ErrRejected = errors.New("transport: rejected, nothing was sent")

// Judge returns what one outcome means. It depends on its arguments alone, and on
// the clock where a hint is an instant. The check of e is not run.
//
//   - a rejection is Rejected, unless it only passes on the error with which the
//     request's context has ended, as that of a hook that waited may; an error that is
//     context.Canceled, or that came when the request's context had ended, is Canceled;
//   - errors that another attempt would meet again (an unknown host, a bad
//     certificate, a malformed request, a proxy that rejects CONNECT) are Permanent;
//   - other errors are Retryable where the request is idempotent ([Idempotent]) and
//     not [Conditional], or was provably not sent ([Unsent]), else Ambiguous;
//   - a status that e accepts, a redirect with a Location, and 101 unless e is Only,
//     are OK;
//   - 429, and 503 with Retry-After or a dialect of it, are Throttled;
//   - another status is Retryable if [Status] says so, else Permanent;
//   - neither a response nor an error is Unjudged.
func Judge(req *http.Request, resp *http.Response, err error, e Expect) Verdict {
	if err != nil {
		return judgeError(req, err)
	}
	if resp == nil {
		return Unjudged
	}
	s := resp.StatusCode
	switch {
	case e.Accepts(s), IsRedirect(resp), s == http.StatusSwitchingProtocols && !e.Only:
		return OK
	case s == http.StatusTooManyRequests,
		s == http.StatusServiceUnavailable && hinted(resp):
		return Throttled
	case Status(s).Retryable:
		return Retryable
	}
	return Permanent
}

// hinted reports whether the server said when to send again.
func hinted(resp *http.Response) bool {
	_, ok := hint.FromResponse(resp, time.Now())
	return ok
}

// IsRedirect reports whether resp is a redirect that a client follows: it has a
// Location.
func IsRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

func judgeError(req *http.Request, err error) Verdict {
	switch {
	case errors.Is(err, ErrRejected) && !ctxerr.PassedOn(req.Context(), err):
		return Rejected
	case ctxerr.CallerGone(req), errors.Is(err, context.Canceled):
		return Canceled
	case final(err), malformed(req, err):
		return Permanent
	case Idempotent(req) && !Conditional(req), Unsent(err):
		return Retryable
	}
	return Ambiguous
}
