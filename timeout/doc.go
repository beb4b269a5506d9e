// Package timeout bounds how long calls, attempts and silences of a body last,
// each with an error of its own:
//
//	client := &http.Client{Transport: gracy.Chain(
//		timeout.New(timeout.Config{}),        // 30 s in all, 30 s of silence
//		retry.New(retry.Policy{}),
//		timeout.PerAttempt(10*time.Second),
//	)}
//
// # Defaults
//
// A call has 30 s until the headers of the final answer, waits and further
// attempts included; an attempt has 10 s until its headers. After that the body
// may take as long as it likes, as long as it moves: a read that gets no byte
// for 30 s ends it. [Off] as a duration is no limit.
//
// # Errors
//
// Each limit returns an [Error] that matches context.DeadlineExceeded and one
// of [ErrTotal], [ErrAttempt] and [ErrIdle]; its Timeout method, which net/http
// asks, says true. A shorter deadline of the caller's wins, and its error is the
// context's own. Retry takes an attempt that timed out for a fault like any
// other; a call that timed out is over.
//
// # Place
//
// [New] outside retry, [PerAttempt] inside, innermost of what may wait, so that
// no time in a queue counts against the server.
//
// # Override
//
// A [Config] replaces that of the layer for the calls of a context, the handle
// of [PerAttempt] the limit of attempts:
//
//	ctx = transport.With(ctx, timeout.Config{Total: time.Minute}, timeout.PerAttempt(timeout.Off))
//
// # What it will not do
//
// It does not bound the whole time of a body: give the request a context with a
// deadline for that. It does not watch bodies that can be written to, such as
// those of upgraded connections, and does not close what nobody reads. The
// context of an answer's request lives until its body ends.
package timeout
