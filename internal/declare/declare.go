// Package declare is what callers declare of requests beyond what the method says:
// that they are safe, that a header of theirs is an idempotency key, that the response is
// a stream. Package
// transport makes the declarations, package layer collects those of a stack, and
// package verdict asks for them.
package declare

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/setting"
)

// A Router knows the path template of its call.
type Router interface{ Route() string }

// A Rule reports whether a declaration is about a request. The call is nil where the
// request is on its way through no stack.
type Rule interface {
	About(req *http.Request, call Router) bool
}

// Safe is the setting that declares requests safe, in place of what a stack declares.
type Safe struct{ Rule }

// Keyed is the setting that declares requests to carry an idempotency key, in place of
// what a stack declares.
type Keyed struct{ Rule }

// Stream is the setting that declares the responses of requests streams, in place of
// what a stack declares.
type Stream struct{ Rule }

// A Set is what the layers of a stack declare. A nil Set declares nothing.
type Set struct{ safe, keyed, stream []Rule }

// With returns the set with one declaration more, a Safe, a Keyed or a Stream. It leaves s as it
// is.
func (s *Set) With(declaration any) *Set {
	n := new(Set)
	if s != nil {
		n.safe, n.keyed, n.stream = append(n.safe, s.safe...), append(n.keyed, s.keyed...), append(n.stream, s.stream...)
	}
	switch d := declaration.(type) {
	case Safe:
		n.safe = append(n.safe, d.Rule)
	case Keyed:
		n.keyed = append(n.keyed, d.Rule)
	case Stream:
		n.stream = append(n.stream, d.Rule)
	}
	return n
}

// Key is the key under which the context of a call has a [Source].
type Key struct{}

// A Source is a call through a stack that may declare something.
type Source interface {
	Router
	Declared() *Set
}

// IsSafe reports whether req is declared safe: by the setting in its context, else by
// the stack that it is on its way through.
func IsSafe(req *http.Request) bool {
	call, set := source(req.Context())
	if s, ok := setting.From[Safe](req.Context()); ok {
		return s.About(req, call)
	}
	return set != nil && about(set.safe, req, call)
}

// IsKeyed reports whether req carries a header that is declared to be an idempotency
// key, as [IsSafe] does.
func IsKeyed(req *http.Request) bool {
	call, set := source(req.Context())
	if k, ok := setting.From[Keyed](req.Context()); ok {
		return k.About(req, call)
	}
	return set != nil && about(set.keyed, req, call)
}

func source(ctx context.Context) (Router, *Set) {
	s, ok := ctx.Value(Key{}).(Source)
	if !ok {
		return nil, nil
	}
	return s, s.Declared()
}

func about(rules []Rule, req *http.Request, call Router) bool {
	for _, r := range rules {
		if r.About(req, call) {
			return true
		}
	}
	return false
}
