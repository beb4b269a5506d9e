package transport

import (
	"context"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
)

// A Declaration says of requests what their method does not: see [Safe], [KeyHeader] and [Streams].
// As a [Layer] it applies to all calls of a client, at any place in the stack, and the declarations
// of several layers add up. As an [Override], of an endpoint or a call, it replaces those of the
// layers of its kind. One without patterns takes them back.
//
// A redirect is a call of its own, and is matched anew. A Declaration is immutable and safe for
// concurrent use.
type Declaration struct {
	name     string // how Explain shows the layer
	header   string // in canonical form, if it is a KeyHeader
	patterns []string
	rule     declare.Rule // declare.Safe, Keyed or Stream
}

// Safe declares that requests may be repeated although their method does not say so: searches,
// GraphQL queries, completions of a language model, reads by POST. Such a request is sent again
// like a GET, even after its response was lost, and is given no idempotency key
// ([verdict.Idempotent]). The patterns are those of [http.ServeMux], with or without a host. They
// match the path of a request, or its route if [Route] names it:
//
//	transport.Safe("POST /v1/chat/completions", "POST slack.com/api/users.info")
//
// "/" is every request, which in an override means every request of the call. Patterns may overlap.
// If every operation is a POST to one URL, name the route of each with [WithRoute], as the example
// Operations shows. Safe panics on a malformed pattern.
func Safe(patterns ...string) *Declaration {
	return newDeclaration("Safe", "safe", "", patterns, func(r rule) declare.Rule { return declare.Safe{Rule: r} })
}

// KeyHeader declares a header to be an idempotency key for the requests that match one of the
// patterns and in which it is not empty: the server does the work of two requests with the same key
// once. Patterns are as in [Safe].
//
//	transport.KeyHeader("X-Request-Id", "POST api.test/v1/")
//
// It is for servers with a header of their own. [verdict.Idempotent] lists those that are known. A
// key made by package retry (Policy.IdempotencyKey) goes into that header. If several are declared
// for a request, it goes into the first, from the outermost layer inwards. KeyHeader panics on a
// malformed pattern and on an empty name.
func KeyHeader(name string, patterns ...string) *Declaration {
	if name == "" {
		panic("transport: KeyHeader: no name")
	}
	return newDeclaration("KeyHeader", "key header", http.CanonicalHeaderKey(name), patterns, func(r rule) declare.Rule { return declare.Keyed{Rule: r, Header: http.CanonicalHeaderKey(name)} })
}

// Streams declares that the response body of a request may never end, as with a watch or a session
// of events. Patterns are as in [Safe]. Package concurrency can hold streams apart from other
// requests, and package timeout can let a stream be silent for longer.
//
// A request that accepts text/event-stream first, or has the query parameter watch=true, is a
// stream without it. One that accepts text/event-stream after another type is not: a client of MCP
// sends "application/json, text/event-stream" with every call, and most calls get a result and end.
// Streams panics on a malformed pattern.
func Streams(patterns ...string) *Declaration {
	return newDeclaration("Streams", "streams", "", patterns, func(r rule) declare.Rule { return declare.Stream{Rule: r} })
}

func newDeclaration(called, name, header string, patterns []string, declares func(rule) declare.Rule) *Declaration {
	each, err := route.CompileEach(patterns...)
	if err != nil {
		panic("transport: " + called + ": " + err.Error())
	}
	return &Declaration{name, header, append([]string(nil), patterns...), declares(rule{each})}
}

// Wrap implements [Layer].
func (d *Declaration) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(d.name, d, next, nil)
}

// Attach implements [Override].
func (d *Declaration) Attach(ctx context.Context) context.Context {
	return setting.With(ctx, d.rule)
}

// String lists the patterns: "safe: POST /search", "key header: X-Request-Id for
// POST /orders".
func (d *Declaration) String() string {
	what := "nothing"
	if len(d.patterns) > 0 {
		what = strings.Join(d.patterns, ", ")
	}
	return d.name + ": " + d.of(what)
}

// Explain implements [Explainer].
func (d *Declaration) Explain(p *Plan) {
	_, streams := d.rule.(declare.Stream)
	p.Describe(Traits{Streams: streams})
	for _, line := range brief.Lines(d.texts()) {
		p.Note("%s: %s", d.name, line)
	}
}

// texts returns what is declared, a text for each pattern.
func (d *Declaration) texts() []string {
	if len(d.patterns) == 0 {
		return []string{d.of("nothing")}
	}
	texts := make([]string, len(d.patterns))
	for i, p := range d.patterns {
		texts[i] = d.of(p)
	}
	return texts
}

// of returns what is declared for patterns, in words.
func (d *Declaration) of(patterns string) string {
	if d.header == "" {
		return patterns
	}
	return d.header + " for " + patterns
}

// Declares marks a layer that declares something for layer.Wrap.
func (d *Declaration) Declares() declare.Rule { return d.rule }

// rule is what a Declaration says about requests.
type rule struct{ each *route.Each }

// About implements [declare.Rule].
func (r rule) About(req *http.Request, call declare.Router) bool {
	return r.each.Match(req, call)
}
