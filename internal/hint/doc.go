// Package hint reads what a server says about when to send again: Retry-After,
// its variants with a unit or a name of their own, and the dialects of rate limit
// headers, by the shape of their names rather than by a list; and what a few services
// say in a body alone.
//
// A malformed value is ignored, never guessed: a hint is either a duration in
// [0, Max] or absent. A number of seconds or a Go duration that is too large for a
// time.Duration becomes [Max]; a positive one below a nanosecond becomes one
// nanosecond, so that a positive hint never means "retry at once". An instant
// that is more than five seconds past, or whose number is of no unit of time that
// puts it within [Max], is no hint.
//
// Instants are measured against the clock of this machine, which knows fractions of
// a second, unless the Date header shows that it and the server's differ.
//
// The package does not decide how long a caller waits: maximum waits, deadlines
// and scopes belong to retry and throttle. It reads in time linear in the size of
// the header.
package hint
