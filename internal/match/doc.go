// Package match reads the fields URL, Route, Host and Method of the rules of
// throttle and the limits of concurrency, and reports which requests match them.
//
// In reading order:
//
//	match.go     a Matcher: the fields of one rule
//	named.go     a List: requests by their names
//	set.go       a Set: which of many matchers match
//	verdicts.go  what a Set has found recently
//	index.go     how a Set finds the few candidates for any other request
//	required.go  the texts that an expression requires
//	finder.go    which of many texts are in a URL
//
// Matching calls no user code, allocates nothing for plain URLs and is safe for concurrent use.
package match
