// Package verdict says what the outcome of an attempt means. [Judge] decides
// from the request, the response or error, and what the caller expects ([Expect]);
// retry, metrics, logging and every other layer read the same [Verdict]. [Status]
// is the table of what a status code says. The package has no state.
package verdict
