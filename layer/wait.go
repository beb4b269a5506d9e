package layer

// A Wait is a way of waiting before an attempt is sent.
type Wait uint8

// The ways of waiting.
const (
	Queue     Wait = iota // for a concurrency slot
	Quota                 // for a rate limit
	Pause                 // for the end of a pause that the server asked for
	Backoff               // between two attempts
	waitKinds             // the number of ways
)

// String returns "queue", "quota", "pause" or "backoff".
func (w Wait) String() string { return name(w, "queue", "quota", "pause", "backoff") }
