package otel

// Running returns how many spans of calls are kept for events.
func (t *Telemetry) Running() (n int) {
	t.running.Range(func(any, any) bool {
		n++
		return true
	})
	return n
}
