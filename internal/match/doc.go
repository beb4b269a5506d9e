// Package match reads the fields URL, Route, Host and Method of the rules of
// throttle and the limits of concurrency, and reports which requests match them.
//
// Matching calls no code of users, allocates nothing for plain URLs and is safe
// for concurrent use.
package match
