package transport

import (
	"fmt"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
)

// An Explainer is a layer that takes part in Explain. Explain is called outermost first and works
// on the running totals: a retry layer multiplies Attempts, a timeout bounds Longest, a layer that
// keeps bodies adds to Buffered. [Plan.Describe] records what the layer does to a call.
type Explainer interface {
	Explain(p *Plan)
}

// Traits say what a layer does to a call, as far as its place among other layers matters.
type Traits struct {
	Counts      bool // it counts calls
	Sends       bool // it may send a request more than once
	Tapes       bool // it records responses, or responds from a recording
	Slots       bool // it holds a slot to the end of the body
	Quota       bool // it takes quota of a rate limit
	Single      bool // a second layer of the kind in a stack is rarely meant
	Credentials bool // it sets credentials
	Identifies  bool // it distinguishes requests by the credentials that they carry
	Streams     bool // it declares streams
	Apart       bool // it treats streams apart from other requests
}

// A Plan is the worst case of a stack, for one call.
type Plan struct {
	// Layers are the names of the layers, outermost first, the base last.
	Layers []string
	// Attempts is the largest number of attempts.
	Attempts int
	// Longest is the longest time until the headers of the response, 0 if
	// nothing bounds it.
	Longest time.Duration
	// Sends is the largest number of requests that reach the base.
	Sends int
	// Concurrency is the largest number of requests at once, 0 if nothing
	// bounds it.
	Concurrency int
	// Buffered is the largest number of bytes held in memory.
	Buffered int64
	// Warnings name contradictions and doubtful places.
	Warnings []string
	// Notes say what each layer does, in its own words.
	Notes []string

	traits []described
}

// described is the traits of a layer and its index in Layers.
type described struct {
	Traits
	at int
}

// Describe adds the traits of the layer that is being explained, whose name is the last of Layers.
// The plan warns of pairs of layers whose order works but is rarely meant, and has a note if one of
// a pair cannot see what the other does.
func (p *Plan) Describe(t Traits) {
	inner := described{t, len(p.Layers) - 1}
	for _, outer := range p.traits {
		p.compare(outer, inner)
	}
	p.traits = append(p.traits, inner)
}

// compare warns about the pair if its order is doubtful.
func (p *Plan) compare(outer, inner described) {
	for _, w := range []struct {
		doubtful bool
		why      string
	}{
		{outer.Quota && inner.Sends, "further attempts take no quota"},
		{outer.Quota && inner.Tapes, "replayed responses wait for quota"},
		{outer.Slots && inner.Tapes, "replayed responses wait for a slot"},
		{outer.Slots && inner.Sends, "a slot is held through all attempts, except while retry waits"},
		{outer.Tapes && inner.Sends, "the tape keeps only the last attempt"},
		{outer.Sends && inner.Counts, "each attempt is counted as a call"},
	} {
		if w.doubtful {
			p.Warn("%s is outside %s: %s", p.name(outer.at), p.name(inner.at), w.why)
		}
	}
	if outer.Identifies && inner.Credentials {
		p.Note("%s does not see the credential that %s sets inside it, so it cannot distinguish callers by it", p.name(outer.at), p.name(inner.at))
	}
	if n := p.name(inner.at); n != "" && n == p.name(outer.at) && outer.Single && inner.Single {
		p.Warn("%s appears twice: the inner one acts for each attempt of the outer one", n)
	}
}

// name returns the name of the layer at an index, or "" if the plan has no names.
func (p *Plan) name(at int) string {
	if at < 0 || at >= len(p.Layers) {
		return ""
	}
	return p.Layers[at]
}

// Warn adds a warning.
func (p *Plan) Warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

// Note adds what a layer says about itself. It should begin with the name of the layer.
func (p *Plan) Note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// String prints the plan, a line per fact.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", strings.Join(p.Layers, " > "))
	fmt.Fprintf(&b, "at worst: %s, %s, %s", brief.Count(p.Attempts, "attempt"), brief.Count(p.Sends, "send"), longest(p.Longest))
	if p.Buffered > 0 {
		fmt.Fprintf(&b, ", %s buffered", brief.Size(p.Buffered))
	}
	b.WriteByte('\n')
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}

func longest(d time.Duration) string {
	if d == 0 {
		return "no time limit"
	}
	return brief.Duration(d) + " to headers"
}
