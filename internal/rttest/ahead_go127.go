//go:build go1.27

package rttest

// ClosedDuringRead is why the case wire-cancel-frees-connection cannot run over a layer that reads
// on while a body is closed, as a tape does. Since Go 1.27, net/http drains a body that is closed
// during a read, and waits for that read in a mutex. In the bubble of a case no time passes while a
// goroutine waits for a mutex. The drain, which elsewhere is abandoned after 50 ms, never is.
const ClosedDuringRead = "in a bubble of Go 1.27, a body that is closed during a read stops the clock"

// allocsVary says whether the standard library allocates in other places than in the release for
// which the tests have figures.
const allocsVary = true
