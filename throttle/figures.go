package throttle

import (
	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Figures reports the current number of pauses to package metrics. Callers use [Limiter.Paused].
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
