// Package hint reads what a server says about when to send again: Retry-After, its variants with a
// unit or a name of their own, the dialects of rate limit headers, and the few services that say it
// only in a body. It recognizes headers by the shape of their names rather than by a list.
//
// A malformed value is ignored, never guessed: a hint is either a duration in [0, Max] or absent. A
// number of seconds or a Go duration that is too large for a time.Duration becomes [Max]. A
// positive one below a nanosecond becomes one nanosecond, so a positive hint never means "retry at
// once". An instant more than five seconds in the past is not a hint, nor is a number that is an
// instant within [Max] in no unit.
//
// Instants are measured against the clock of this machine, which knows fractions of a second,
// unless the Date header shows that it differs from the server's. The Date of a response from a
// cache is as old as its Age says.
//
// The package does not decide how long a caller waits. Maximum waits, deadlines and scopes belong
// to retry and throttle. It reads in time linear in the size of the header.
package hint
