// Package declare is what callers declare of requests beyond what the method says:
// that they are safe, that a header of theirs is an idempotency key, that the response is
// a stream. Package
// transport makes the declarations, package layer collects those of a stack, and
// package verdict asks for them.
package declare

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/internal/setting"
)

// A Router knows the path template of its call.
type Router interface{ Route() string }

// A Rule reports whether a declaration is about a request. The call is nil where the
// request is on its way through no stack.
type Rule interface {
	About(req *http.Request, call Router) bool
}

// Safe declares requests safe. It and the other kinds are rules for the [Set] of a stack,
// and settings in place of the rules of their kind there.
type Safe struct{ Rule }

// Keyed declares requests to carry an idempotency key.
type Keyed struct{ Rule }

// Stream declares the responses of requests streams.
type Stream struct{ Rule }

// A Set is what the layers of a stack declare: each a Safe, a Keyed or a Stream.
type Set []Rule

// With returns the set with one declaration more. It leaves s as it is.
func (s Set) With(declaration Rule) Set { return append(slices.Clip(s), declaration) }

// Key is the key under which the context of a call has a [Source].
type Key struct{}

// A Source is a call through a stack that may declare something.
type Source interface {
	Router
	Declared() Set
}

// IsSafe reports whether req is declared safe: by the setting in its context, else by
// the stack that it is on its way through.
func IsSafe(req *http.Request) bool { return declared[Safe](req) }

// IsKeyed reports whether req carries a header that is declared to be an idempotency
// key, as [IsSafe] does.
func IsKeyed(req *http.Request) bool { return declared[Keyed](req) }

// declared reports whether a declaration of one kind is about req.
func declared[D Rule](req *http.Request) bool {
	var call Router
	var set Set
	if s, ok := req.Context().Value(Key{}).(Source); ok {
		call, set = s, s.Declared()
	}
	if d, ok := setting.From[D](req.Context()); ok {
		return d.About(req, call)
	}
	for _, d := range set {
		if d, ok := d.(D); ok && d.About(req, call) {
			return true
		}
	}
	return false
}
