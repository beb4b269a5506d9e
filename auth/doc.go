// Package auth sets credentials on requests, but only for the origins they belong to:
//
//	auth.Header("X-Api-Key", key, "https://api.example.com")
//	auth.Basic("user", password, "https://api.example.com")
//	auth.Bearer(auth.SourceFunc(fetch), "https://api.example.com") // or any other Source
//
// # Defaults
//
// A credential is sent to its origins only: scheme, host and port of the URL. A request to another
// origin is sent without it. So is a redirected request once its chain of redirects has left
// those origins or gone from https to http. [AnyOrigin] stands for every origin that the client calls,
// but even then a redirect to another origin carries no credential.
//
// A header that the caller has set is not changed, even an empty one. The same holds for the header
// that net/http makes from the user in a URL.
//
// A [Source] is called when the first request needs a token, 10 s before the token expires, and when
// the server responds with 401. However many requests need the token, the source is called once. Each
// request waits under its own context. If one stops waiting, neither the others nor the fetch are
// affected. While a token has 5 s or more left, requests use it and do not wait.
//
// After a 401 the request is sent again, once, with the new token and from the start of its body. A
// second 401 is returned to the caller. The first 401 is returned if the caller expects it
// (transport.Expect), if another 401 caused a fetch within the last second, or if the body is not
// replayable. In the last case the next request fetches a token.
//
// After a failed fetch there is no other for one second, but a token that has not expired stays in
// use. Errors are an [Error], which matches verdict.ErrRejected.
//
// The request that is sent again is an attempt of its own in the ledger. While a request waits for a
// token, what outer layers hold for it is suspended. If it ends during that wait, the ledger says so.
//
// # Secrecy
//
// A credential is not visible on the caller's request, on the Request of the response, in errors,
// in logs or in the ledger. A [Token] and the layer print without their secrets.
//
// # Place
//
// Put auth innermost, so that the credential is set after all waits and neither tapes nor hooks see
// it. An outer throttle does not count the attempt after a 401.
//
// # Calls of a source
//
// A source may use the same client that it provides tokens for, with the context that it is given. Such
// a call carries no token and waits for none.
//
// If that client has a tape, the tape replays the call with a mask in place of the token, and a request
// that the tape does not have is then not sent. To avoid that, exclude the source's call from the tape
// (replay.Options.PassThrough), or make it with a client without the tape.
//
// # With golang.org/x/oauth2
//
// Do not use the transport of that package. It waits for a token without the context of its request,
// one request after another, so that a call can end long after its deadline, whatever is around or
// below it. Make a Source from the Token method of a clientcredentials.Config instead. Do not make it
// from a TokenSource, which keeps a token until it expires and returns it again after a 401.
//
//	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
//		t, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, tokens)) // a client of its own
//		if err != nil {
//			return auth.Token{}, err
//		}
//		return auth.Token{Value: t.AccessToken, Type: t.Type(), Expiry: t.Expiry}, nil
//	})
//
// For an oauth2.Config with a refresh token, call the Token method of
// config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}), created each time.
//
// # Override
//
// Another [Auth] in a context replaces every auth layer of the stack, with its own state, and [Off] sets
// no credential:
//
//	ctx = transport.With(ctx, auth.Bearer(other, "https://api.example.com"))
//
// # What it will not do
//
// It does not set query parameters. For a key that belongs there, use the Before of an innermost hook,
// and check the Host of the URL first. It does not implement any protocol that issues tokens, store
// tokens on disk, parse them, or sign requests. It does not protect a credential from the server that
// it is for.
package auth
