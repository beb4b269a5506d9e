// Package hook runs functions of yours before and after calls or attempts:
//
//	hook.New(hook.Hooks{
//		Before: func(ctx context.Context, req *http.Request) error {
//			req.Header.Set("X-Request-Id", newID()) // a copy: the caller's request stays as it is
//			return nil
//		},
//		After: func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
//			count(o.Verdict)
//			return nil, nil
//		},
//	})
//
// # Defaults
//
// A hook learns what its call is about from transport.CallFrom(ctx): the Route, and by Arg
// what is in its placeholders; the PathValue and Pattern of a request are for servers.
//
// Before may edit the request in place; its error is a veto: nothing is sent, and
// the call fails with a [VetoError]. After sees the response or the error, also
// that of a cancel and of a veto, and may put another response in its place. Its
// error is emitted as the event layer.HookFailed and noted in the ledger, and fails
// nothing unless [Hooks.FailOnError] is set. A panic of a hook, or of an inner
// layer, reaches the caller with all bodies closed; After does not run on it.
//
// # Calls inside a hook
//
// A call made with the context that a hook was given is a call of its own that
// runs no hooks of the same handle, at any depth, so it cannot recurse. Nor can it
// wait for what the call of the hook holds: when it begins, the slot of an outer
// concurrency limit is suspended, and it is reacquired when the hook returns,
// unless After returns another response, which has the slot of its own call. The
// slot of an inner limit is held by the open response: an After that sends again
// closes that first. A hook that makes no calls gives up nothing. A call through a
// client whose stack shares a limit with this one, but not this handle, is not
// noticed; before such a wait a hook calls [Yield].
//
// # Place
//
// Outside retry it runs once for a call, inside for each attempt.
// transport.AttemptFrom(ctx) is the row of the ledger: number, cause, waits.
// Redirects are calls of their own: Before runs for each, and a header that it sets
// goes wherever the redirect leads; for credentials there is package auth.
//
// # Override
//
// A [Hooks] value replaces the hooks of every hook layer of the stack, [Off] runs
// none:
//
//	ctx = transport.With(ctx, hook.Off)
//
// # What it will not do
//
// It does not read bodies, and hooks must not: that of the request is sent, and
// that of the response is the caller's. To sign a body, Before reads one that GetBody
// returns, which is nil for a body that can be read once only; to pack one, it replaces
// it: see the examples. It recovers from no panic, and does not
// bound the time that a hook takes, nor take it for a wait: inside retry it is in the TimeToHeaders of the
// attempt, outside retry that of Before is in that of the first. So it is in what metrics count of attempts, and a slow hook looks
// like a slow server to an adaptive limit of package concurrency.
package hook
