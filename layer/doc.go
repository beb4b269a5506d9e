// Package layer is for authors of layers. What callers need (overrides, expectations, routes, the
// history of a call) is in package transport.
//
// A layer is its policy and one [Trip] function:
//
//	func (l *Limit) Wrap(next http.RoundTripper) http.RoundTripper {
//		return layer.Wrap("limit", l, next, l.trip)
//	}
//
//	func (l *Limit) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
//		...
//		return next.RoundTrip(req)
//	}
//
// [Wrap] names the layer, joins the [Call] that an outer layer has begun or begins one, and
// forwards Unwrap and CloseIdleConnections. The author keeps the other rules:
//
//   - Never edit the incoming request. [Edit] copies it.
//   - Close the request's body unless the request is handed on. [Reject] closes it and returns the
//     error.
//   - Give each further attempt a body of its own, and drain a response before throwing it away:
//     see package bodies.
//   - Tie what is held until the response has been read to its body ([Attempt.Hold],
//     [Attempt.Own]).
//   - Before a wait, suspend what outer layers hold, and have it reacquired afterwards
//     ([Attempt.Suspend], [Attempt.Reacquire]).
//   - Emit an [Event] for what is worth seeing while it happens. What can be read afterwards goes
//     into the ledger.
//
// Package transport/roundtriptest checks what can be checked from outside.
//
// # Cost
//
// A call costs one allocation, for one layer or seven: the request copy, its context, the first
// ledger row and the body wrapper are one object. It is never pooled, since the response, its
// request and its body outlive RoundTrip.
//
// # Where things are
//
// wrap.go builds a layer. begin.go begins and ends a call. foreign.go handles a foreign round
// tripper that sends again. send.go hands the request to the base. call.go, further.go, attempt.go
// and row.go are the ledger, and ledger.go prints it. check.go runs the caller's check of a body.
// hold.go, inherit.go, suspend.go, body.go, broken.go and leak.go are about what lasts until a body
// ends.
package layer
