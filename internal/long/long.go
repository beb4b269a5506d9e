// Package long is for the tests that take longer than a moment of
// processor time. `make ci` runs them, `make test` and a plain go test do not.
package long

import (
	"os"
	"testing"
)

// Env is the environment variable that has the long tests run.
const Env = "GRACY_LONG"

// Wanted reports whether the long tests are to run.
func Wanted() bool { return !testing.Short() && os.Getenv(Env) != "" }

// Only skips the test unless [Env] is set, and with -short in any case.
func Only(tb testing.TB) {
	tb.Helper()
	if !Wanted() {
		tb.Skip("a long test: make ci runs it, or " + Env + "=1 without -short")
	}
}
