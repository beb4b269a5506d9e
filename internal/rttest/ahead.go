//go:build !go1.27

package rttest

// ClosedDuringRead is why the case wire-cancel-frees-connection cannot run over a layer
// that reads on while a body is closed, as a tape does: before Go 1.27 it can.
const ClosedDuringRead = ""

// allocsVary says whether the standard library allocates in other places than in the
// release whose figures tests have.
const allocsVary = false
