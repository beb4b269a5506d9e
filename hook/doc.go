// Package hook runs your functions before and after calls or attempts:
//
//	hook.New(hook.Hooks{
//		Before: func(ctx context.Context, req *http.Request) error {
//			req.Header.Set("X-Request-Id", newID()) // a copy: the caller's request does not change
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
// Before may edit the request in place. Its error is a veto: nothing is sent, and the call fails with
// a [VetoError].
//
// After sees the response or the error, also that of a cancel or a veto, and may return another
// response instead. An error of After is emitted as the event layer.HookFailed and noted in the
// ledger. It does not fail the call unless [Hooks.FailOnError] is set.
//
// A panic of a hook, or of an inner layer, reaches the caller, with all bodies closed. After does not
// run after a panic.
//
// transport.CallFrom(ctx) says what the call is about: its Route, and by Arg the values of the
// placeholders. The PathValue and Pattern of a request are for servers and are not set.
//
// # Calls inside a hook
//
// A call made with the context of a hook runs no hooks of the same handle, at any depth, so hooks
// cannot recurse.
//
// Such a call cannot wait for what its outer call holds either. When it begins, the slot of an outer
// concurrency limit is suspended. The slot is reacquired when the hook returns, unless After returns
// another response, which has the slot of its own call. The slot of an inner limit is held by the
// open response: an After that sends again must close that first. A hook that makes no calls suspends
// nothing.
//
// A call through another client, whose stack shares a limit with this one but not this handle,
// is not noticed. Before it waits for such a call a hook must call [Yield].
//
// # Place
//
// Outside retry the hooks run once per call, inside retry once per attempt.
// transport.AttemptFrom(ctx) is the row of the ledger, with number, cause and waits.
//
// Redirects are calls of their own. Before runs for each, and a header that it sets is sent wherever
// the redirect leads: for credentials use package auth.
//
// # Override
//
// A [Hooks] value in a context replaces the hooks of every hook layer of the stack, and [Off] runs
// none:
//
//	ctx = transport.With(ctx, hook.Off)
//
// # What it will not do
//
// It does not read bodies, and hooks must not either: the body of the request is about to be sent, and
// that of the response belongs to the caller. To sign a body, Before reads a body from GetBody, which
// is nil if the body can be read only once. To compress a body, Before replaces it. See the examples.
//
// It does not recover from panics, and does not limit the time that a hook takes. That time is not a
// wait: it is part of the TimeToHeaders of an attempt, of the first one for a Before outside retry.
// So it is in the metrics of attempts, and to an adaptive limit of package concurrency a slow hook
// looks like a slow server.
package hook
