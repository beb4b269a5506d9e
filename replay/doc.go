// Package replay records exchanges on a tape and responds from it: in tests
// without a network, in development without a quota, in production as the
// record of what was sent and received.
//
//	tape, err := replay.Open("pokeapi.tape", replay.Options{})
//	defer tape.Close()
//	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape, throttle.New(rules...))}
//
// # Modes
//
// [ModeSmart], the default, responds from what was on the tape when it was opened
// and records what is missing, each time that it is asked for, so that a loop which
// polls sees the server change ([Options].Reuse makes it a cache instead);
// [ModeRecord] sends every request; [ModeReplay] sends nothing, and a request
// that is missing is a [MissError] that says why and which recording is nearest;
// [Off] ignores the tape. Each is an override for single calls as well:
//
//	ctx = transport.With(ctx, replay.Off)
//
// # Defaults
//
// [ModeSmart]; the last response repeats ([EndRepeatLast]); recordings never
// expire; request bodies up to 1 MiB and response bodies up to [Options].MaxBody
// are kept; of headers only those that decide are compared. The zero Options are all of these.
//
// # Override
//
// A mode, [Off] included, replaces that of the tape for the calls of a context.
// What is the same request, and where it is stored, belongs to the tape.
//
// # Place
//
// Inside retry, outside concurrency and throttle: each attempt is recorded, a
// recorded 503, 503, 200 runs the real retry code with its sleeps cut to zero,
// and a response from the tape takes no slot and no quota.
//
// # What is the same request
//
// Method, scheme, host, path, query (whatever the order of names) and body, by
// its meaning: JSON, also in lines, by members and values (1 is 1.0), XML by its
// elements, GraphQL by its tokens, forms and multipart by their fields, all else
// byte for byte. Of the headers those count that decide which response is
// given: Range, Accept, If-Match and the other conditions, X-Amz-Target, SOAPAction and
// others that name the operation, what Vary of a recorded response names, and what
// [Match] names. Secrets
// are masked first. Responses to one request are a sequence, in the order in
// which the requests were started; [End] says what follows the last.
//
// Port included, so a test that records from an httptest.Server gives it a name:
// its client sends to the server what is for http://example.com.
//
//	gracy.Around(server.Client().Transport, retry.New(retry.Policy{}), tape)
//
// # For whom a tape responds
//
// In the modes that send, the same request made with two credentials is two: a
// response that was recorded for one is never that of the other, or of a wrong
// token. What carries a credential is what is masked by its name: Authorization,
// Cookie, X-Api-Key and the like, the user and the parameters of a URL, a password
// in a body. What counts is the principal, not the bytes: the key of a signed
// request, the user of Digest, of Basic the user and the password, of Bearer the
// token. Of cookies all count but those of statistics, load balancers and form
// guards. Proxy-Authorization and what is made for each request do not. Set
// [Options].Identity where tokens rotate, or where an auth layer, which is inside
// of a tape and so not seen by it, has more than one.
//
// In ModeReplay a tape that holds one identity for a request responds to any, so
// that it is recorded with a real token and replayed with a dummy or none. One
// that holds several asks for the same, else it is a miss: [MissIdentity]. So it is in
// ModeSmart for a request all of whose credential is a mask: its client has logged in
// from the tape. There recordings that differ in the secrets of their bodies are several
// as well.
//
// The tape holds a hash of the credential, keyed with a key that is on the tape
// too. Whoever has the tape can test a guess, so a password that can be guessed
// is not protected by it; a token of random bytes is.
//
// Of a body without GetBody, ModeSmart and ModeReplay read up to 1 MiB before
// they send: use Off or ModeRecord for a body that is produced while the
// response is read.
//
// # What is recorded
//
// Every response, whatever its status (see Options.DiscardBad), and with
// Options.Errors transport errors too. The body is copied while the caller reads
// it; the caller waits for no storage. Where a body is closed before its end, Close
// reads on, up to 64 KiB in all or 16 KiB more for up to Options.RestWait (100 ms), since a
// decoder that has its value reads no further. A body that did not end by then, or whose
// request is canceled, such as a stream that its reader leaves when it has what it wants, is recorded up to
// where its caller left: ModeReplay replays that, and then ends with a [store.CutError], while ModeSmart sends the
// request anew. Where a time limit ended it, or a fault that Options.Errors does not record, the exchange
// is never replayed. [Stats] and the ledger say so, and likewise of one that is longer than Options.MaxBody.
//
// # Streams and long bodies
//
// Of a stream, a body without a length, the pieces are kept in which it came, and when:
// an event or a rune that was cut in two is cut in two again. It is replayed at once, or
// with [Options].Speed in the time that it took, where a body that broke off breaks off
// at the same place; transport.Attempt.RecordedTime says how long the headers took. A body
// of 1 MiB and more that is no text is written to the tape while it is read, and
// replayed from there, in parts, so that its length is no matter: set Options.MaxBody.
//
// # Secrets
//
// What package redact knows as secret, and what Options.Redact adds, is masked
// before anything is compared or stored, in URLs, headers and bodies, also
// inside gzip and deflate, and with Options.Codings inside others, such as br and
// zstd of module replay/codings. An exchange in which a registered literal is left,
// or whose encoding cannot be opened, is withheld; Flush and Close say so. Files
// are made with mode 0600.
//
// What is masked selects no response by its value, but that it is part of the
// identity: if your API names something key, code or token that distinguishes
// requests and is not secret, list it in Rules.Keep. A masked header that
// Match.Headers names has a keyed hash behind its mask, and is compared by it. Path segments that only look random, in requests, redirects and
// links in JSON, are replaced by their hash, so that objects stay apart and a
// recorded link leads to the recorded response. A secret that is neither named,
// nor registered, nor of a known shape cannot be recognised.
//
// # Storage
//
// A tape is a bbolt file (package store/bolt): one process writes, or many read.
// A file that ends in .json is a text tape (package store/text), for tests and
// reviews: one writes, and many read. The second that would write gets [ErrLocked], as a store.LockedError that says who has it;
// tapes in ModeReplay only read, also from a read-only file
// system, and may be many. [New] takes any other storage: package store says what it must do. A
// crash loses what [Stats].Pending counts and no more: exchanges of some
// milliseconds where the store keeps up, and never more than 64 MiB; Flush waits
// until they are stored.
//
// # What it will not do
//
// It is no HTTP cache (it knows no freshness), does not record upgraded connections
// nor the state of TLS, which is nil in a replayed response, and does not compress.
package replay
