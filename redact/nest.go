package redact

// maxNesting bounds the URLs and JSON texts inside one another that are masked.
const maxNesting = 3

// A nest masks URLs, queries and JSON texts, which may hold one another: a URL in
// a JSON string, whose query has a JSON text as a value. It counts how deep it is.
type nest struct {
	r     *Redactor // whose names are secret; may be nil
	depth int       // the number of texts around this one
}

// outermost is where the masking of a text begins.
func (r *Redactor) outermost() nest { return nest{r: r} }

// inner masks a text that is a value in this one.
func (n nest) inner() nest { return nest{n.r, n.depth + 1} }

// deepest reports whether texts inside this one stay as they are.
func (n nest) deepest() bool { return n.depth >= maxNesting }
