// Package fromgracy is the code of docs/from-gracy.md: each snippet of the page is
// an Example here, run offline, and a test holds the two together.
//
// After a change of an Example, go test ./internal/fromgracy -update writes the
// snippets of the page anew.
package fromgracy
