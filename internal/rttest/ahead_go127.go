//go:build go1.27

package rttest

// ClosedDuringRead is why the case wire-cancel-frees-connection cannot run over a layer
// that reads on while a body is closed, as a tape does; "" where it can. Net/http drains a
// body that is closed during a read since Go 1.27, and waits for the read in a mutex. In
// the bubble of a case no time passes beside a mutex, so that the drain, which is given up
// after 50 ms elsewhere, never is.
const ClosedDuringRead = "in a bubble of Go 1.27, a body that is closed during a read stops the clock"

// allocsVary says whether the standard library allocates in other places than in the
// release whose figures tests have.
const allocsVary = true
