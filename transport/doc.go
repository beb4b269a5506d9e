// Package transport is the leaf that every layer of gracy stands on: the words
// that layers share (call, attempt, verdict, expectation, event, route) and
// the few mechanics that are easy to get wrong alone (bodies, contexts, waits).
//
// # For users
//
// A [Layer] wraps a round tripper in one concern. Whatever layers a client
// wears, each RoundTrip is one [Call] with a ledger of its [Attempt]s:
//
//	resp, err := client.Do(req)
//	fmt.Println(transport.CallOf(resp)) // per attempt: status, times, waits, verdict; why it stopped
//
// [WithTrace] collects the calls of one user-level request, redirect hops and
// failures included. [WithExpect] says which answers count as success,
// [WithRoute] and [Routes] name the route of a request, [With] attaches
// per-call overrides. [Find] and [Layers] look inside a built stack.
//
// # For authors of layers
//
// A layer is its policy and one [Trip] function:
//
//	func (l *Limit) Wrap(next http.RoundTripper) http.RoundTripper {
//		return transport.Wrap("limit", l, next, l.trip)
//	}
//
//	func (l *Limit) trip(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
//		...
//		return next.RoundTrip(req)
//	}
//
// [Wrap] names the layer, joins the Call that a layer above has begun or
// begins one, and forwards Unwrap and idle closing. The rules that are left to
// the author: never edit the request that came in ([Edit] copies it); the
// request's body is yours to close until you hand it on ([Refuse] does both);
// each further attempt needs a body of its own ([Replayable], [Rewind]); an
// answer that is thrown away is drained first ([Drain]); what is held until
// the answer has been read is tied to it ([Attempt.Hold], [Attempt.Own]); who
// waits while others hold something parks it
// ([Attempt.Park]). Package roundtriptest checks all of it.
//
// # Cost
//
// A call costs one allocation, for one layer or seven: the request copy, its
// context, the first ledger row and the body wrapper are one object. It is
// never pooled, since the response, its request and its body outlive RoundTrip.
package transport
