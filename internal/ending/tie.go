package ending

// A Tie ties an ender to a row of package layer, whose Attempt is A. It brings its own link for the
// list of the row, so any number of ties costs the row nothing.
type Tie[A any] struct {
	To   interface{ BodyEnd(a A) }
	Next *Tie[A] // belongs to the row
}

// BodyEnd calls that of To, so that a Tie is itself an ender.
func (t *Tie[A]) BodyEnd(a A) { t.To.BodyEnd(a) }
