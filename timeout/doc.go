// Package timeout bounds how long a call and an attempt take to the headers, and how
// long a body sends no data, in either direction, each with an error of its own:
//
//	client := &http.Client{Transport: gracy.Chain(
//		timeout.New(timeout.Config{}),        // 30 s in all, 30 s without data
//		retry.New(retry.Policy{}),
//		timeout.PerAttempt(10*time.Second),
//	)}
//
// # Defaults
//
// A call has 30 s until the headers of the final response, waits and further
// attempts included; an attempt has 10 s until its headers. After that the body may
// take any time, as long as data arrives: a read that receives no data for 30 s
// ends it; [Config.StreamIdle] is for watches and sessions of events, which may be
// quiet for longer. [NoTimeout] is no limit.
//
// # Errors
//
// Each limit returns an [Error] that matches context.DeadlineExceeded and one of
// [ErrTotal], [ErrAttempt] and [ErrIdle]; its Timeout method, which net/http asks,
// returns true. A shorter deadline of the caller's wins, and its error is that of
// the context. For retry an attempt that timed out is a fault like any other; a call
// that timed out is over. The text of the limit of an attempt says whether there was no
// connection yet: a name, a dial or a handshake took the time then, and not the server.
//
// # Place
//
// [New] outside retry, [PerAttempt] inside, as the innermost layer that has to do
// with time, so that no time in a queue counts against the server.
//
// # Dead connections
//
// net/http closes a connection of HTTP/1 on which an attempt timed out. One of HTTP/2
// it keeps for the other calls there, and gives it to the next attempt even if the peer
// is gone. So the layer of [PerAttempt] closes a connection of HTTP/2 when its limit
// ends an attempt, if nothing was received there since the attempt began and no other
// call is on it. The ledger says so.
//
// Beside other calls it does so only after a second attempt, which began after the first
// had timed out, and once the connection has been silent for as long as the limit of each
// of them, or for 30 s under an open body, or for the longer idle limit that a layer of
// [New] around it gives the body; without an idle limit there it is left open. So a route that hangs cuts no other call
// while anything comes over the connection.
//
// What is received is known from the headers, and from what is read of the bodies, of
// the calls that go through the same layer. Other calls are not seen; but a connection that such
// calls are on when an attempt begins is left open. An attempt that a shorter deadline of
// the caller's ends closes nothing.
//
// Pings find a dead connection earlier, also under open bodies:
//
//	base.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second}
//
// A dial ends with no request: net/http lets it go on for those to come. With
// http.Transport.MaxConnsPerHost it also keeps one of the places, so that one dial that
// hangs can take all attempts of a call with it. Leave that 0 and limit requests with
// package concurrency, or give the net.Dialer a Timeout below that of an attempt.
//
// # Override
//
// A [Config] replaces that of the layer for the calls of a context, the handle of
// [PerAttempt] the limit of attempts, and [Off] switches both off:
//
//	ctx = transport.With(ctx, timeout.Config{Total: time.Minute}, timeout.PerAttempt(timeout.NoTimeout))
//	ctx = transport.With(ctx, timeout.Off)
//
// # What it will not do
//
// It does not bound the whole time of a body: give the request a context with a
// deadline for that. It does not watch bodies that can be written to, such as those
// of upgraded connections, and closes no body that is not being read. The context
// of a response's request lives until its body ends.
package timeout
