package layer

// A Cause is why an attempt was made.
type Cause uint8

// The causes of an attempt.
const (
	First Cause = iota // the caller's request
	Retry              // the attempt before failed
	Hedge              // the attempt before is slow; this one runs beside it
)

func (c Cause) String() string { return name(c, "first", "retry", "hedge") }

// A Wait is a way of waiting before an attempt is sent.
type Wait uint8

// The ways of waiting.
const (
	Queue   Wait = iota // for a concurrency slot
	Quota               // for a rate limit
	Pause               // for the end of a pause that the server asked for
	Backoff             // between two attempts
	waitKinds
)

func (w Wait) String() string { return name(w, "queue", "quota", "pause", "backoff") }

func name[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
