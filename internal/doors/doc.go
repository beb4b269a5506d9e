// Package doors tests the imports of this module: which package may import which, what a user of
// gracy.Chain links, and what go.mod may require. A new import is allowed in one place, the table
// in rules_test.go. The rules are for the code that users build. Tests may import any package.
package doors
