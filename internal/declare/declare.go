// Package declare has what callers declare about requests beyond what the method says: that they
// are safe, that one of their headers is an idempotency key, that the response is a stream. For a
// few vendors it knows which header that is. Package transport makes the declarations, package
// layer collects those of a stack, and package verdict and the layers ask for them.
package declare

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/internal/setting"
)

// A Router knows the path template of its call.
type Router interface{ Route() string }

// A Rule reports whether a declaration is about a request. call is nil for a request that is in no
// stack.
type Rule interface {
	About(req *http.Request, call Router) bool
}

// Safe declares requests safe. It and the other kinds are rules for the [Set] of a stack. As
// settings they replace the rules of their kind in the stack.
type Safe struct{ Rule }

// Keyed declares that a header of requests is an idempotency key. Its Rule selects the requests
// that may carry the header. Keyed is about those of them that do.
type Keyed struct {
	Rule
	Header string // its name, in canonical form
}

// About implements [Rule].
func (k Keyed) About(req *http.Request, call Router) bool {
	return has(req, k.Header) && k.Rule.About(req, call)
}

// Stream declares that the responses to requests are streams.
type Stream struct{ Rule }

// A Set is what the layers of a stack declare, from the innermost layer outwards. Each element is a
// Safe, a Keyed or a Stream.
type Set []Rule

// With returns the set with declaration added. It leaves s unchanged.
func (s Set) With(declaration Rule) Set { return append(slices.Clip(s), declaration) }

// Key is the context key of the [Source] of a call.
type Key struct{}

// A Source is a call through a stack that may declare something.
type Source interface {
	Router
	Declared() Set
}

// IsSafe reports whether req is declared safe: by the setting in its context, otherwise by its
// stack.
func IsSafe(req *http.Request) bool { return declared[Safe](req) }

// IsKeyed reports whether req carries a header that is an idempotency key, because it is declared
// so, as in [IsSafe], or because the vendor of its host says so.
func IsKeyed(req *http.Request) bool { return keyedForVendor(req) || declared[Keyed](req) }

// HasKey reports whether req carries an idempotency key: in one of the two headers that any server
// may accept, or as in [IsKeyed].
func HasKey(req *http.Request) bool {
	return has(req, "Idempotency-Key") || has(req, "X-Idempotency-Key") || IsKeyed(req)
}

// has reports whether req has a header that is not empty. name is in canonical form, so that it
// need not be canonicalized on each call as in Header.Get.
func has(req *http.Request, name string) bool {
	values := req.Header[name]
	return len(values) > 0 && values[0] != ""
}

// KeyHeader returns the name of the header in which the server of req takes an idempotency key,
// whether or not req has one. It is the first that is declared for req, from the outermost layer
// inwards, otherwise that of the vendor of its host. It is "" if neither is known.
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

// sourceOf returns the call that req belongs to, or nil, and what its stack declares.
func sourceOf(req *http.Request) (Router, Set) {
	if s, ok := req.Context().Value(Key{}).(Source); ok {
		return s, s.Declared()
	}
	return nil, nil
}

// declared reports whether a declaration of kind D is about req.
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
