// Package auth sets credentials on requests, for the origins they belong to and
// for no other:
//
//	auth.Header("X-Api-Key", key, "https://api.example.com")
//	auth.Basic("user", password, "https://api.example.com")
//	auth.Bearer(auth.SourceFunc(fetch), "https://api.example.com") // or any other Source
//
// # Defaults
//
// A credential goes to the origins that it was made for: scheme, host and port of
// the URL. A request to another origin is sent without it, and so is the target of
// a redirect once the chain of redirects has left those origins or gone from https
// to http. [AnyOrigin] stands for every origin that the client calls; even then a
// redirect to another origin carries no credential. A header that the caller has
// set stays, even an empty one, and so does the one that net/http makes of the
// user in a URL.
//
// A [Source] is called when the first request needs a token, 10 s before the token
// expires, and when the server responds with 401. However many requests need the
// token, the source is called once. They wait, each under its own context; a
// request that stops waiting changes nothing for the others or for the fetch. A
// token with 5 s or more left is still sent meanwhile, and nothing waits.
//
// After a 401 the request is sent again, once, with the new token and from the
// start of its body; a second 401 is returned to the caller. The first one is
// returned where the body is not replayable, and then the next request fetches a
// token; where the caller expects a 401 (transport.Expect); and where a 401 has
// caused a fetch within the last second.
//
// After a failed fetch, no fetch is attempted for one second; a token that has not
// expired stays in use. Errors are an [Error], which matches verdict.ErrRejected.
//
// The request that is sent again is an attempt of its own in the ledger. What
// outer layers hold is suspended while a request waits for a token.
//
// # Secrecy
//
// A credential does not show on the caller's request, on the Request of the
// response, in errors, logs or the ledger; a [Token] and the layer print without
// their secrets.
//
// # Place
//
// Innermost, so that a credential is set after all waits, and neither tapes nor
// hooks see it. An outer throttle does not count the attempt after a 401 again.
//
// # Calls of a source
//
// A source may use the very client that it is the source of, with the context that
// it is given: such a call carries no token, and waits for none. Where that client has a
// tape, the tape replays the call with a mask in place of the token, and a request that
// the tape does not have is not sent: have the call of the source sent each time
// (replay.Options.PassThrough), or make it with a client without the tape.
//
// # With golang.org/x/oauth2
//
// The transport of that package waits for a token without the context of its request, one
// request after another, so that a call ends long after its deadline, whatever is around
// that transport or below it. The Token method of a clientcredentials.Config makes a Source,
// which is waited for as any other. Its TokenSource does not: that keeps a token until it
// expires, and returns it again after a 401.
//
//	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
//		t, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, tokens)) // a client of its own
//		if err != nil {
//			return auth.Token{}, err
//		}
//		return auth.Token{Value: t.AccessToken, Type: t.Type(), Expiry: t.Expiry}, nil
//	})
//
// An oauth2.Config with a refresh token is one in the same way, by the Token method of
// config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}), made anew each time.
//
// # Override
//
// Another [Auth] replaces every auth layer of the stack, with its own state; [Off]
// sets no credential:
//
//	ctx = transport.With(ctx, auth.Bearer(other, "https://api.example.com"))
//
// # What it will not do
//
// It sets no query: for a key that belongs there, the Before of an innermost hook edits
// the URL, and looks at its Host first. It implements no protocol that issues tokens,
// stores none on disk, signs nothing and does not parse tokens. It does not protect a
// credential from the server that it is for.
package auth
