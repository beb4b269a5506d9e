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
// Before may edit the request in place; its error is a veto: nothing is sent,
// and the call fails with a [VetoError]. After sees the response or the error,
// also of a cancel and of a veto, and may put another response in its place; its
// error is told as the event layer.HookFailed and in the ledger, and fails
// nothing unless [Hooks.Strict] is set. A panic of a hook, or below it, goes on
// to the caller with all bodies closed; After does not run on it.
//
// # Calls inside a hook
//
// A call made with the context that a hook was given is a call of its own that
// runs no hooks of the same handle, at any depth, so it cannot recurse. It cannot
// wait for what its own call holds either: when it begins, the slot of a
// concurrency limit further out is laid down, and taken again when the hook is
// done. A hook that makes no calls gives up nothing. Calls through a client whose
// stack has not this handle, but shares a limit with it, are not noticed: [Yield]
// lays down what is held by hand.
//
// # Place
//
// Outside retry it runs once for a call, inside for each attempt. Where in the
// ledger it is, layer.AttemptFrom(ctx) says: number, cause, waits. Redirects
// are calls of their own: Before runs for each, and what it stamps goes to
// wherever the redirect leads; for credentials there is package auth.
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
// It does not read bodies, and hooks must not: the request's is sent, the
// response's is the caller's. It does not look for panics, nor bound the time that
// a hook takes.
package hook
