package rttest

// Incomparable returns an error whose type Go can compare and whose value it cannot: == panics.
func Incomparable() error { return incomparable{list{}} }

type (
	incomparable struct{ error }
	list         []error
)

func (list) Error() string { return "incomparable" }
