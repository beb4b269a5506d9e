// Package match says which requests a rule of throttle or a limit of
// concurrency is about: the one reading of their fields URL, Route, Host and
// Method.
//
// Matching calls no code of users, allocates nothing for plain URLs and is safe
// for concurrent use.
package match
