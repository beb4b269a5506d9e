package throttle

import (
	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Figures says for package metrics how many pauses there are now. Users have [Limiter.Paused].
func (l *Limiter) Figures() []figure.Figure {
	var n int64
	l.shell.pauses(func(t *pauses.Table, now int64) {
		for p := range t.All() {
			if !p.Over(now) {
				n++
			}
		}
	})
	return []figure.Figure{{Kind: figure.Paused, Value: n}}
}
