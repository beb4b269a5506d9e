package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/declare"
)

// mayBeInProgress is the note of an attempt whose response inProgress is about.
const mayBeInProgress = "an earlier attempt may be in progress"

// inProgress reports whether a response may say that an earlier attempt with the same
// idempotency key is still at work: a server that knows such keys says 409 to a request
// that comes meanwhile (draft-ietf-httpapi-idempotency-key-header, "Error Scenarios").
// To the first attempt a 409 is a conflict with something else.
func inProgress(o Outcome) bool {
	return o.Number > 1 && o.Response != nil && o.Response.StatusCode == http.StatusConflict && declare.HasKey(o.Request)
}
