package replay

import (
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/transport/verdict"
)

// A MissReason says why the tape had no response.
type MissReason string

// The reasons of a miss.
const (
	MissUnknown    MissReason = "unknown"    // no exchange of such a request
	MissExpired    MissReason = "expired"    // only older ones than MaxAge or Since allow
	MissFiltered   MissReason = "filtered"   // only ones that Discard or DiscardBad leave out
	MissIncomplete MissReason = "incomplete" // only ones whose response was not read to its end
	MissConsumed   MissReason = "consumed"   // all were replayed, and End is EndMiss
	MissVaries     MissReason = "varies"     // only ones with other values of a header that Vary of the response names
	MissIdentity   MissReason = "identity"   // only ones made with other credentials, and with more than one
)

// A MissError is a request for which the tape has no exchange. Nothing was sent:
// it matches [ErrMiss] and [verdict.ErrRejected].
type MissError struct {
	Method string
	Route  string // path template of the call
	Reason MissReason
	// Nearest says how the most similar exchange on the tape differs, in
	// names alone ("query: page; body"), "" if there is none for the host.
	Nearest string
	// Identities is how many identities the tape holds for the request, where
	// Reason is MissIdentity.
	Identities int
}

// Error names method, route, reason and how the nearest exchange differs.
func (e *MissError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "replay: %s %s is not on tape: %s", e.Method, e.Route, e.Reason)
	if e.Reason == MissIdentity {
		fmt.Fprintf(&b, ": the tape holds %d identities for it, and the credential is that of none", e.Identities)
	}
	if e.Nearest != "" {
		b.WriteString("; nearest differs in " + e.Nearest)
	}
	return b.String()
}

// Is reports whether target is ErrMiss or verdict.ErrRejected.
func (e *MissError) Is(target error) bool {
	return target == ErrMiss || target == verdict.ErrRejected
}

// rejection marks an error other than a miss with which nothing was sent.
type rejection struct{ error }

func (r rejection) Unwrap() error { return r.error }

func (r rejection) Is(target error) bool { return target == verdict.ErrRejected }
