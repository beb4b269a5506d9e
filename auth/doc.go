// Package auth stamps credentials on requests, for the origins they belong to
// and no other:
//
//	auth.Header("X-Api-Key", key, "https://api.example.com")
//	auth.Basic("user", password, "https://api.example.com")
//	auth.Bearer(source, "https://api.example.com")
//
// # Defaults
//
// A credential goes to the origins that it was made for: scheme, host and port of
// the URL. A request to another one is sent without it, and so is what a redirect
// leads to once the chain has left those origins or gone from https to http.
// [AnyOrigin] stands for wherever the client is sent to, and even then a
// redirect to another origin gets nothing. A header that the caller has set
// already stays, even an empty one, and so does one that net/http makes of the
// user in a URL.
//
// A [Source] is asked when the first request needs a token, 10 s before the
// token expires, and when the server answers 401. However many requests need it,
// it is asked once; they wait, each under its own context, and who goes leaves the
// others and the ask alone. After a 401 the request is sent again, once,
// with the new token and from the begin of its body; a second 401 is the answer.
// It is the answer at once where the body cannot be sent again, where the caller
// expects a 401 (transport.Expect), and where the source was asked because of
// one within the last second. While an ask has just failed nobody asks, for a
// second; a token that is still good is used on. Errors are an [Error], which
// matches verdict.ErrRejected.
//
// The repetition is an attempt of its own in the ledger. What layers further out
// hold is laid down while a token is waited for.
//
// # Secrecy
//
// Nothing that is stamped shows on the caller's request, on the Request of the
// response, in errors, logs or the ledger; a [Token] and the layer print
// without their secrets.
//
// # Place
//
// Innermost, so that a token is stamped after all waits, and neither tapes nor
// hooks see it. The repetition after a 401 is not paid for again to a throttle
// further out.
//
// # Calls of a source
//
// A source may use the very client that it is the source of, with the context
// that it is given: such a call gets no token, and waits for none.
//
// # Override
//
// Another [Auth] takes the place of every auth layer of the stack, with its own
// state; [Off] stamps nothing:
//
//	ctx = transport.With(ctx, auth.Bearer(other, "https://api.example.com"))
//
// # What it will not do
//
// It speaks no protocol that hands out tokens, keeps none on disk, signs nothing
// and looks into no token. It does not protect a credential from the server it
// is for.
package auth
