package layer

// A Cause is why an attempt was made.
type Cause uint8

// The causes of an attempt.
const (
	First Cause = iota // the caller's request
	Retry              // the previous attempt failed, or a foreign layer sent the request again
	Hedge              // the previous attempt is slow; this one runs beside it
)

// String returns "first", "retry" or "hedge".
func (c Cause) String() string { return name(c, "first", "retry", "hedge") }

// name returns the name of a value of an enumeration, or "unknown".
func name[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
