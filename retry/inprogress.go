package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// mayBeInProgress is the note of an attempt for whose response inProgress reports true.
const mayBeInProgress = "an earlier attempt may be in progress"

// inProgress reports whether a response may say that an earlier attempt with the same idempotency
// key is still in progress. A server that knows such keys responds with 409 to a request that
// arrives meanwhile (draft-ietf-httpapi-idempotency-key-header, "Error Scenarios"). A 409 to the
// first attempt is a conflict with something else.
func inProgress(o Outcome) bool {
	return o.Number > 1 && o.Response != nil && maybeInProgress(o.Request, o.Response)
}

func maybeInProgress(req *http.Request, resp *http.Response) bool {
	return resp.StatusCode == http.StatusConflict && declare.HasKey(req)
}

// noteDoubts notes that the response to a further attempt, which is about to be returned, may be
// about an earlier attempt of the same call. Even a response that the caller expects may be, and
// only the ledger can say so.
func noteDoubts(a *layer.Attempt, req *http.Request, resp *http.Response) {
	if resp.StatusCode == http.StatusPreconditionFailed && verdict.Conditional(req) {
		a.AddNote("an earlier attempt may have met the condition")
	}
	if maybeInProgress(req, resp) {
		a.AddNote(mayBeInProgress)
	}
}
