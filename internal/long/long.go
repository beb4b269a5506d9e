// Package long marks the tests that take more than a moment of processor time. make ci runs them.
// make test and a plain go test do not.
package long

import (
	"os"
	"testing"
)

// Env is the environment variable that enables the long tests.
const Env = "GRACY_LONG"

// Wanted reports whether the long tests should run.
func Wanted() bool { return !testing.Short() && os.Getenv(Env) != "" }

// Only skips the test unless [Env] is set. It always skips with -short.
func Only(tb testing.TB) {
	tb.Helper()
	if !Wanted() {
		tb.Skip("a long test: make ci runs it, or " + Env + "=1 without -short")
	}
}
