package verdict

import (
	"context"
	"errors"
	"net/http"
	"time"

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
	Rejected                 // one of our layers did not send the request
)

// String returns the verdict in lower case: "ok", "rejected".
func (v Verdict) String() string {
	names := [...]string{"unjudged", "ok", "retryable", "throttled", "permanent", "ambiguous", "canceled", "rejected"}
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}

// ErrRejected is what every error matches, by errors.Is, with which a layer of
// ours rejects a request: nothing has left.
var ErrRejected = errors.New("transport: rejected, nothing was sent")

// Judge is the default judgement of one outcome, a pure function of the wire
// facts and of what the caller expects. The check of e is not run.
//
//   - an error of a rejection is Rejected; one that is context.Canceled or came
//     with the end of the request's context is Canceled;
//   - errors that another attempt would meet again (an unknown host, a bad
//     certificate, a malformed request) are Permanent;
//   - other errors are Retryable where the request is idempotent
//     ([Idempotent]) or was provably not sent, else Ambiguous;
//   - a status that e accepts and a redirect with a Location are OK;
//   - 429, and 503 with Retry-After or a dialect of it, are Throttled;
//   - the other statuses of [Status] that are Retryable are that; the rest is
//     Permanent.
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

func hinted(resp *http.Response) bool {
	_, ok := hint.After(resp.Header, time.Now())
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
	case errors.Is(err, ErrRejected):
		return Rejected
	case callerGone(req), errors.Is(err, context.Canceled):
		return Canceled
	case malformed(req, err), final(err):
		return Permanent
	case Idempotent(req), Unsent(err):
		return Retryable
	}
	return Ambiguous
}
