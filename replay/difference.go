package replay

import (
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
)

// A Difference is one place in which a message differs from the one on the tape, after the
// secrets of both were masked.
type Difference struct {
	// Place is where they differ: "host", "method", "path", "status", "query page", "header
	// Accept", "body /items/0/name" (a JSON pointer, RFC 6901), "form name", "part name", "body
	// line 3", "body from byte 17", "body: another SHA-256". It is at most about 1 KiB, and 60
	// bytes a name.
	Place string `json:"place"`
	// Taped is what the tape has there and Actual what there is now: a JSON text of at most 60
	// bytes, with "..." after it if it is cut off, and "" for nothing. Both are "" if Place says
	// it all: of a body over MaxRequest only its length and its SHA-256 are known.
	Taped  string `json:"taped,omitempty"`
	Actual string `json:"actual,omitempty"`
}

// String returns the place and both values on one line, or only the place if there are no values.
func (d Difference) String() string {
	if d.Taped == "" && d.Actual == "" {
		return d.Place
	}
	return fmt.Sprintf("%s: %s, on tape %s", d.Place, orNothing(d.Actual), orNothing(d.Taped))
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// differences returns the differences that a list shows, with each text made safe.
func differences(l compare.List, safe func(string) string) []Difference {
	var all []Difference
	for _, d := range l.Shown {
		all = append(all, Difference{Place: safe(d.Place), Taped: safe(d.Taped), Actual: safe(d.Actual)})
	}
	return all
}

// inWords joins the first few differences.
func inWords(all []Difference, more int) string {
	const few = 5
	var b strings.Builder
	for i, d := range all {
		if i == few {
			more += len(all) - few
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(d.String())
	}
	if more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}
