// Package doors holds the tests that keep the packages of this module apart: who
// may import whom, what a user of gracy.Chain links, and what go.mod may require.
// The table in rules_test.go is the one place where a door is opened. Only code
// that users build is held to it; a package's own tests may import what they like.
package doors
