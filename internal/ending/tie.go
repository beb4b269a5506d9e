package ending

// A Tie is how an ender is tied to a row of package layer, whose Attempt is A: it brings its
// own place in the list of the row, so that any number of them costs the row nothing.
type Tie[A any] struct {
	To   interface{ BodyEnd(a A) }
	Next *Tie[A] // belongs to the row
}

// BodyEnd makes a Tie an ender.
func (t *Tie[A]) BodyEnd(a A) { t.To.BodyEnd(a) }
