package concurrency

import "github.com/gracy-go/gracy/internal/figure"

// Figures reports to package metrics how many slots each limit has, for all keys that it
// knows, and how many of them are in use. Callers use [Limiter.InFlight] and [Limiter.Slots].
func (l *Limiter) Figures() []figure.Figure {
	figures := make([]figure.Figure, 0, 2*len(l.limits))
	for _, limit := range l.limits {
		var used, slots int64
		limit.each(func(s *semaphore) {
			used += inUse(s.state.Load())
			slots += s.room()
		})
		if slots == 0 {
			slots = limit.max.Load()
		}
		rule := limit.text()
		figures = append(figures, figure.Figure{Kind: figure.SlotsInUse, Rule: rule, Value: used}, figure.Figure{Kind: figure.Slots, Rule: rule, Value: slots})
	}
	return figures
}
