// Package roundtriptest checks that a decorator of [net/http.RoundTripper] keeps the
// contract of net/http. It imports the standard library alone, so the decorator under
// test may come from anywhere:
//
//	func TestContract(t *testing.T) {
//		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
//			return mylayer.New(next)
//		})
//	}
//
// Each case is a subtest with a name and a reason; a failure shows every breach of the
// case and the reason with its source. [Cases] lists them.
//
// # How it looks
//
// Most cases run in a bubble of [testing/synctest] on a scripted base ([Base]), or on
// net/http's own client and server joined by an in-memory pipe, so an hour of waiting
// costs nothing, promptness is exact, and a goroutine left behind is found. Wrap is
// called once per case, inside its bubble; what it makes lives and ends there. The few
// cases that need real sockets use 127.0.0.1. At the end of a case the suite calls Close
// on every round tripper wrap returned that has it.
// Run the suite under -race too: the request is read concurrently then.
//
// # Defaults
//
// Nothing is excused: the decorator calls next once per call, edits nothing, buffers
// nothing and sets no time limit of its own. Departures are declared in the call, where
// a reader sees them: [Retries], [Replays], [NeverCallsNext], [Edits], [Buffers],
// [TimesOut], and [Skip] for one case with the reason in words.
//
// # What it will not do
//
// It does not judge policy: which status is retried, how long a wait is, what a quota
// allows. It judges what every decorator owes its caller and the round tripper below.
package roundtriptest
