package transport

import (
	"fmt"
	"strings"
	"time"
)

// An Explainer is a layer that takes part in Explain. It is called outermost
// first and works on the running totals: a retry layer multiplies Attempts and
// Longest, a layer that keeps bodies adds to Buffered.
type Explainer interface {
	Explain(p *Plan)
}

// A Plan is what a stack does at worst, for one call.
type Plan struct {
	// Layers are the names of the layers, outermost first, the base last.
	Layers []string
	// Attempts is the largest number of attempts.
	Attempts int
	// Longest is the longest time until the headers of the answer, 0 if
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
}

// Warn adds a warning.
func (p *Plan) Warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

// Note adds what a layer says of itself.
func (p *Plan) Note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// String prints the plan, a line per fact.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", strings.Join(p.Layers, " > "))
	fmt.Fprintf(&b, "at worst: %d attempts, %d sends, %s", p.Attempts, p.Sends, longest(p.Longest))
	if p.Buffered > 0 {
		fmt.Fprintf(&b, ", %s buffered", size(p.Buffered))
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

// size rounds up to a whole number of the largest unit.
func size(n int64) string {
	for _, u := range []struct {
		n    int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.n {
			return fmt.Sprintf("%d %s", (n+u.n-1)/u.n, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

func longest(d time.Duration) string {
	if d == 0 {
		return "no time limit"
	}
	return brief(d) + " to headers"
}
