package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// mayBeInProgress is the note of an attempt whose response inProgress is about.
const mayBeInProgress = "an earlier attempt may be in progress"

// inProgress reports whether a response may say that an earlier attempt with the same
// idempotency key is still at work: a server that knows such keys says 409 to a request
// that comes meanwhile (draft-ietf-httpapi-idempotency-key-header, "Error Scenarios").
// To the first attempt a 409 is a conflict with something else.
func inProgress(o Outcome) bool {
	return o.Number > 1 && o.Response != nil && maybeInProgress(o.Request, o.Response)
}

func maybeInProgress(req *http.Request, resp *http.Response) bool {
	return resp.StatusCode == http.StatusConflict && declare.HasKey(req)
}

// noteDoubts notes of the response to a further attempt, which is returned, that it may be
// about an attempt of this very call. What the caller expects is returned too, so that
// only the ledger distinguishes it from what the caller expects it to be.
func noteDoubts(a *layer.Attempt, req *http.Request, resp *http.Response) {
	if resp.StatusCode == http.StatusPreconditionFailed && verdict.Conditional(req) {
		a.AddNote("an earlier attempt may have met the condition")
	}
	if maybeInProgress(req, resp) {
		a.AddNote(mayBeInProgress)
	}
}
