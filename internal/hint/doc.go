// Package hint reads what a server says about when to send again: Retry-After,
// its variants in milliseconds, and the dialects of rate limit headers.
//
// A malformed value is ignored, never guessed: a hint is either a duration in
// [0, Max] or absent. A number or a Go duration that is too large for a
// time.Duration becomes [Max]; a positive one below a nanosecond becomes one
// nanosecond, so that a positive hint never means "retry at once". Absolute times
// are measured against the Date header of the response if it has one, so that a
// wrong clock on either side does not matter.
//
// The package does not decide how long a caller waits: maximum waits, deadlines
// and scopes belong to retry and throttle.
package hint
