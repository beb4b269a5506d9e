// Package doors holds the tests of the imports in this module: which package may
// import which, what a user of gracy.Chain links, and what go.mod may require. A new
// import is allowed in one place, the table in rules_test.go. It holds for the code
// that users build; tests of a package may import all.
package doors
