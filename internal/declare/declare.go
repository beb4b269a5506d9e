// Package declare is what callers declare of requests beyond what the method says:
// that they are safe, that a header of theirs is an idempotency key, that the response is
// a stream; and, of a few vendors, which header that is. Package transport makes the
// declarations, package layer collects those of a stack, and package verdict and the
// layers ask for them.
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

// Keyed declares that a header of requests is an idempotency key. Its Rule is about those
// that may carry it, and it is about those that do.
type Keyed struct {
	Rule
	Header string // its name, in canonical form
}

// About implements [Rule].
func (k Keyed) About(req *http.Request, call Router) bool {
	return has(req, k.Header) && k.Rule.About(req, call)
}

// Stream declares the responses of requests streams.
type Stream struct{ Rule }

// A Set is what the layers of a stack declare, each a Safe, a Keyed or a Stream, from the
// innermost layer outwards.
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
// key, as [IsSafe] does, or is one to the vendor of its host.
func IsKeyed(req *http.Request) bool { return keyedForVendor(req) || declared[Keyed](req) }

// HasKey reports whether req carries an idempotency key: in one of the two headers that
// all servers may take it in, or as [IsKeyed] does.
func HasKey(req *http.Request) bool {
	return has(req, "Idempotency-Key") || has(req, "X-Idempotency-Key") || IsKeyed(req)
}

// has reports whether req has a header that is not empty. Its name is in canonical form, which
// Header.Get would make again each time.
func has(req *http.Request, name string) bool {
	values := req.Header[name]
	return len(values) > 0 && values[0] != ""
}

// KeyHeader returns the name of the header in which the server of req takes an idempotency
// key, whether req has one or not: the first that is declared for it, from the outermost
// layer inwards, else that of the vendor of its host; "" where neither is known.
func KeyHeader(req *http.Request) string {
	call, set := sourceOf(req)
	if k, ok := setting.From[Keyed](req.Context()); ok {
		set = Set{k}
	}
	for _, d := range slices.Backward(set) {
		if k, ok := d.(Keyed); ok && k.Rule.About(req, call) {
			return k.Header
		}
	}
	return vendorKeyHeader(req)
}

// sourceOf returns the call that req belongs to, nil for none, and what its stack declares.
func sourceOf(req *http.Request) (Router, Set) {
	if s, ok := req.Context().Value(Key{}).(Source); ok {
		return s, s.Declared()
	}
	return nil, nil
}

// declared reports whether a declaration of one kind is about req.
func declared[D Rule](req *http.Request) bool {
	call, set := sourceOf(req)
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
