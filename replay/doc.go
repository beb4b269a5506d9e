// Package replay records exchanges on a tape and answers from it: in tests
// without a network, in development without a quota, in production as the
// record of what was said.
//
//	tape, err := replay.Open("pokeapi.tape", replay.Options{})
//	defer tape.Close()
//	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape, throttle.New(rules...))}
//
// # Modes
//
// [Smart], the default, answers from the tape and records what is missing;
// [Record] asks for everything; [Replay] sends nothing, and what is missing is
// a [MissError] that says why and what comes nearest; [Off] stands aside. Each
// is an override for single calls as well:
//
//	ctx = transport.With(ctx, replay.Off)
//
// # Place in the chain
//
// Inside retry, outside concurrency and throttle: each attempt is taped, a
// taped 503, 503, 200 runs the real retry code with its sleeps cut to zero, and
// an answer from the tape takes no slot and no quota.
//
// # What is the same request
//
// Method, scheme, host, path, query (whatever the order of names) and body, by
// its meaning: JSON, forms and multipart are compared by their content, all
// else byte for byte. Headers only if named in [Match]. Secrets are masked
// first, so that a recording made with one key answers a call made with another.
// Answers to one request are a sequence, in the order in which the requests
// were started; [End] says what comes after the last.
//
// Of a body without GetBody, Smart and Replay read up to 1 MiB ahead of
// sending: use Off or Record for a body that is produced while the answer is read.
//
// # What is recorded
//
// Everything that comes back, whatever its status (see Options.DiscardBad),
// and with Options.Errors what goes wrong. The body is copied while the caller
// reads it; the caller waits for no storage. Closing a body before its end
// leaves an exchange that is never replayed, unless all of Content-Length was
// read: read chunked bodies until io.EOF.
//
// # Secrets
//
// What package redact knows as secret, and Options.Redact adds, is masked
// before anything is compared or stored, in URLs, headers and bodies, also
// inside gzip and deflate. An exchange in which a registered literal is left,
// or whose encoding cannot be opened, is not written; Flush and Close say so.
// Files are made with mode 0600.
//
// What is masked is the same for every call: if your API names something key,
// code or token that tells requests apart and is not secret, list it in
// Rules.Keep. Path segments that only look random, in requests, redirects and
// links in JSON, are replaced by a hash of theirs, so objects stay apart and a
// taped link leads to the taped answer. A secret that is neither named, nor
// registered, nor of a known shape cannot be recognised.
//
// # Storage
//
// bbolt by default: one process writes, or many read. Files that end in .json
// are text tapes, for tests and reviews. [Store] is what another storage
// implements. A crash loses what was not yet written, a few milliseconds'
// worth unless Flush was called, and no more.
//
// # What it will not do
//
// It is no HTTP cache (it knows no freshness), plays no timing back, does not
// record upgraded connections, and does not compress.
package replay
