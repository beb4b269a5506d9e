package replay

import "github.com/gracy-go/gracy/internal/figure"

// Figures is for package metrics. Users have [Tape.Stats].
func (t *Tape) Figures() []figure.Figure {
	s := t.Stats()
	return []figure.Figure{
		{Kind: figure.TapeMissed, Value: s.Missed},
		{Kind: figure.TapeWithheld, Value: s.Withheld},
		{Kind: figure.TapeFailed, Value: s.Failed},
		{Kind: figure.TapePending, Value: s.Pending},
	}
}
