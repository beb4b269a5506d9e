// Package roundtriptest checks that a decorator of [net/http.RoundTripper] keeps the contract of
// net/http. It imports only the standard library and tests decorators from any library:
//
//	func TestContract(t *testing.T) {
//		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
//			return mylayer.New(next)
//		})
//	}
//
// Each case is a subtest with a name and a reason. A failure shows every breach of the case, the
// reason with its source, and the exception to declare if the breach is what the decorator is for.
// [Cases] lists the cases.
//
// # How it works
//
// Most cases run in a [testing/synctest] bubble, either on a scripted base ([Base]) or on
// net/http's own client and server joined by an in-memory pipe. An hour of waiting costs nothing,
// promptness is exact, and a leaked goroutine is found. Wrap is called inside the bubble of its
// case, and all goroutines it starts must end there. A few cases run outside a bubble, because
// they need real sockets on 127.0.0.1 or because a decorator may block on a mutex. The latter
// wait for one another and not for a clock. At the end of a case the suite closes every round
// tripper returned by wrap that is an io.Closer.
//
// Run the suite under -race too: that finds writes to a request that is being read.
//
// # Defaults
//
// Without exceptions the decorator calls next once per call, edits nothing, buffers nothing and
// sets no time limit of its own. Departures are declared as arguments of [Run], where a reader sees
// them: [Retries], [Replays], [NeverCallsNext], [Edits], [Buffers], [TimesOut], and [Skip], which
// skips one case and gives a reason.
//
// # What it will not do
//
// It does not judge policy: which status is retried, how long a wait is, what a quota allows. It
// checks what every decorator owes its caller and the inner round tripper.
package roundtriptest
