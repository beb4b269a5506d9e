// Package verdict says what the outcome of an attempt means. [Judge] decides from
// the wire facts and from what the caller expects ([Expect]); retry, metrics,
// logging and every other layer read the same [Verdict]. It is a leaf: pure
// functions, no state.
package verdict
