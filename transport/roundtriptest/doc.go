// Package roundtriptest checks that a decorator of [net/http.RoundTripper] keeps the
// contract of net/http. It imports the standard library alone, and tests the decorators of
// any library:
//
//	func TestContract(t *testing.T) {
//		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
//			return mylayer.New(next)
//		})
//	}
//
// Each case is a subtest with a name and a reason. A failure shows every breach of the case,
// the reason with its source, and the exception to declare if the breach is the decorator's
// purpose. [Cases] lists the cases.
//
// # How it works
//
// Most cases run in a bubble of [testing/synctest] on a scripted base ([Base]), or on
// net/http's own client and server joined by an in-memory pipe, so an hour of waiting
// costs nothing, promptness is exact, and a goroutine left behind is found. Wrap is
// called inside the bubble of its case; what it makes must end there. The few cases that
// need real sockets, or that a lock would stop, run outside: they use 127.0.0.1, or wait
// for one another and not for a clock. At the end of a case the suite closes every round tripper
// that wrap returned and that is an io.Closer.
// Run the suite under -race too: it finds writes to a request that is read concurrently.
//
// # Defaults
//
// Without exceptions the decorator calls next once per call, edits nothing, buffers nothing
// and sets no time limit of its own. Departures are declared in the call of [Run], where a
// reader sees them: [Retries], [Replays], [NeverCallsNext], [Edits], [Buffers],
// [TimesOut], and [Skip] for one case, with a reason.
//
// # What it will not do
//
// It does not judge policy: which status is retried, how long a wait is, what a quota
// allows. It checks the duties of every decorator to its caller and to the inner round
// tripper.
package roundtriptest
