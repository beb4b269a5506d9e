//go:build !go1.27

package rttest

// ClosedDuringRead is why the case wire-cancel-frees-connection cannot run over a layer that reads
// on while a body is closed, as a tape does. It is "" before Go 1.27, where the case can run.
const ClosedDuringRead = ""

// allocsVary says whether the standard library allocates in other places than in the release for
// which the tests have figures.
const allocsVary = false
