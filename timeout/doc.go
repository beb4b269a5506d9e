// Package timeout limits how long a call and an attempt may take to the headers, and how long a
// body may send no data, in either direction. Each limit has an error of its own:
//
//	client := &http.Client{Transport: gracy.Chain(
//		timeout.New(timeout.Config{}),        // 30 s in all, 30 s without data
//		retry.New(retry.Policy{}),
//		timeout.PerAttempt(10*time.Second),
//	)}
//
// # Defaults
//
// A call has 30 s until the headers of its final response, including waits and further attempts. An
// attempt has 10 s until its headers. After the headers the body may take any time, as long as data
// arrives: a read that receives no data for 30 s ends it. [Config.StreamIdle] is a longer limit for
// streams, which may be quiet. [NoTimeout] means no limit.
//
// # Errors
//
// Each limit returns an [Error]. It matches context.DeadlineExceeded and one of [ErrTotal],
// [ErrAttempt] and [ErrIdle], and its Timeout method returns true. A shorter deadline of the caller
// takes precedence, and its error is that of the context.
//
// After the limit of an attempt, retry makes another one, as after any fault. After the total limit
// the call is over. The text of the Error of an attempt says so if the server was not the reason. If
// there was no connection yet, name lookup, dial or handshake took the time. If the request was not
// sent, an inner layer did, such as auth, which waits for a token.
//
// # Place
//
// Put [New] outside retry. Put [PerAttempt] inside retry, concurrency and throttle, so that time in a
// queue does not count.
//
// # Dead connections
//
// When an attempt times out, net/http closes its connection if that is HTTP/1. An HTTP/2 connection
// stays open for other calls, and the next attempt gets it again even if the peer is gone. So the layer
// of [PerAttempt] closes an HTTP/2 connection when an attempt on it times out, if nothing was received
// on it since the attempt began and no other call is on it. The ledger says so.
//
// If other calls are on the connection, one slow route must not end them. The layer then closes
// the connection only after two attempts timed out in a row, the second begun after the first had
// ended, and only after a long silence. The silence must be as long as the limit of each of these
// calls. For a call whose body is open it must be 30 s, or the idle limit of an outer [New] if that
// is longer. If that body has no idle limit, the connection stays open.
//
// The layer knows only about calls that go through it. A connection that other calls are on when
// an attempt begins stays open. A shorter deadline of the caller closes nothing. A connection of QUIC,
// which HTTP/3 uses, is left to its base: quic-go gives it up when nothing has come from the peer for
// quic.Config.MaxIdleTimeout, by default 30 s, and until then the next attempt gets it again.
//
// Pings find a dead connection earlier, even while bodies are open:
//
//	base.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second}
//
// A dial does not end with its request: net/http continues it for later ones. With
// http.Transport.MaxConnsPerHost it also keeps its place, so one dial that hangs can make all
// attempts of a call fail. Leave that 0 and limit requests with package concurrency, or give the
// net.Dialer a Timeout below that of an attempt.
//
// # Uploads that stall
//
// Over HTTP/1 net/http does not return while it reads the request body, and a Read of a pipe or a
// connection may wait for what never comes. If such a Read still holds up a request 100 ms after a
// limit has ended it, the layer closes the body. That ends the Read of most bodies. Inside retry, a
// body without GetBody stays open after the limit of an attempt, because a further attempt needs the
// rest of it. There the total ends the call.
//
// The Close of a body that an http.Server reads waits for the Read. A call that passes on such a body
// goes on until its client sends more or the server ends the Read: set Server.ReadTimeout, or a read
// deadline with http.ResponseController.
//
// # Override
//
// A [Config] in a context replaces that of the layer, the result of [PerAttempt] replaces the limit of
// attempts, and [Off] switches both off:
//
//	ctx = transport.With(ctx, timeout.Config{Total: time.Minute}, timeout.PerAttempt(timeout.NoTimeout))
//	ctx = transport.With(ctx, timeout.Off)
//
// # What it will not do
//
// It does not limit the total time of a body: for that, give the request a context with a deadline.
// It does not watch bodies that can be written to, such as those of upgraded connections, and does
// not close a body that is not being read. The context of a response's request lives until its body
// ends.
package timeout
