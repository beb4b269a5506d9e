package interop

import (
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/internal/brief"
)

// maxLosses bounds the lines of a report.
const maxLosses = 10_000

// A Report says what became of the exchanges of an import or an export.
type Report struct {
	Format  Format   `json:"format"`
	Done    int      `json:"done"`             // exchanges that were added to the tape, or written
	Skipped int      `json:"skipped"`          // exchanges that were not, each with a line in Losses
	Notes   []string `json:"notes,omitempty"`  // what holds for all of the format
	Losses  []Loss   `json:"losses,omitempty"` // in the order of the exchanges, at most 10,000
	More    int      `json:"more,omitempty"`   // losses beyond those
}

// add counts losses.
func (r *Report) add(losses ...Loss) {
	for _, l := range losses {
		if len(r.Losses) == maxLosses {
			r.More++
			continue
		}
		r.Losses = append(r.Losses, l)
	}
}

// skip counts an exchange that is skipped.
func (r *Report) skip(method, url, why string) {
	r.Skipped++
	r.add(Loss{Method: method, URL: url, What: "skipped", Why: why})
}

// String returns the report as lines of text, without secrets.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d skipped\n", r.Format, brief.Count(r.Done, "exchange"), r.Skipped)
	for _, n := range r.Notes {
		b.WriteString("note: " + n + "\n")
	}
	for _, l := range r.Losses {
		b.WriteString(l.String() + "\n")
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "and %d more\n", r.More)
	}
	return b.String()
}
