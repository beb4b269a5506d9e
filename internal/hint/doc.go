// Package hint reads what a server says about when to come back: the one
// parser of Retry-After, its millisecond cousins and the rate limit dialects.
//
// What is malformed is ignored, never guessed: a hint is either a duration in
// [0, Max] or absent. A number too large to be held becomes [Max], a positive
// one too small for a nanosecond becomes one nanosecond, so that a positive
// hint never turns into "retry at once". Absolute times are measured against
// the response's own Date header where there is one, so that a skewed clock
// on either side does not matter.
//
// The package decides nothing about how long a caller is willing to wait;
// ceilings, deadlines and scopes belong to retry and throttle.
package hint
