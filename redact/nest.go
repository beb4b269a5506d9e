package redact

// maxNesting bounds how deep URLs and JSON texts inside one another are masked.
const maxNesting = 3

// A nest masks URLs, queries and JSON texts, which may contain one another: a URL in a JSON string,
// whose query has a JSON text as a value. It counts its depth.
type nest struct {
	r     *Redactor // decides which names are secret; may be nil
	depth int       // the number of texts around this one
}

// outermost returns the nest with which the masking of a text begins.
func (r *Redactor) outermost() nest { return nest{r: r} }

// inner returns the nest that masks a text which is a value in this one.
func (n nest) inner() nest { return nest{n.r, n.depth + 1} }

// deepest reports whether texts inside this one stay unchanged.
func (n nest) deepest() bool { return n.depth >= maxNesting }
