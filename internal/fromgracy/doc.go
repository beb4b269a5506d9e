// Package fromgracy has the code of docs/from-gracy.md. Each snippet of the page is an Example here
// that runs offline, and a test compares the two.
//
// After changing an Example, run go test ./internal/fromgracy -update to write the snippets of the
// page again.
package fromgracy
