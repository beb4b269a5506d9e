// Package replay records exchanges on a tape and responds from it: in tests without a network, in
// development without a quota, in production as the record of what was sent and received.
//
//	tape, err := replay.Open("pokeapi.tape", replay.Options{})
//	defer tape.Close()
//	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape, throttle.New(rules...))}
//
// # Modes
//
//   - [ModeSmart], the default, responds from what was on the tape when it was opened. It sends and
//     records what is missing, each time it is requested, so that a loop which polls sees the
//     server change. [Options].Reuse makes it a cache instead.
//   - [ModeRecord] sends every request.
//   - [ModeReplay] sends nothing. A request that is missing is a [MissError] that says why and
//     which recording is nearest.
//   - [Off] ignores the tape.
//
// Each is also an override for single calls:
//
//	ctx = transport.With(ctx, replay.Off)
//
// # Defaults
//
// The zero Options mean: [ModeSmart]; the last response repeats ([EndRepeatLast]); recordings never
// expire; request bodies up to 1 MiB and response bodies up to 32 MiB ([Options].MaxBody) are kept;
// only the headers that select a response are compared.
//
// # Override
//
// A mode, [Off] included, replaces that of the tape for the calls of a context. What counts as the
// same request, and where it is stored, belongs to the tape.
//
// # Place
//
// Inside retry, outside concurrency and throttle. Each attempt is recorded. A recorded 503, 503,
// 200 runs the real retry code with its sleeps cut to zero. A response from the tape takes no slot
// and no quota.
//
// # What is the same request
//
// Requests are the same if they have the same method, scheme, host, port, path, query (the order of
// names does not matter) and body. Bodies are compared by meaning: JSON and JSON lines by members
// and values (1 is 1.0), XML by its elements, GraphQL by its tokens, forms and multipart by their
// fields, and all else byte for byte. Only the headers that select a response count: Range, Accept,
// If-Match and the other conditions, those that name the operation such as X-Amz-Target and
// SOAPAction, what Vary of a recorded response names, and what [Match] names. Secrets are masked
// first.
//
// Responses to one request are a sequence, in the order in which the requests were started. [End]
// says what follows the last.
//
// An httptest.Server has another port in each run, so a test that records from one gives it a name.
// The server's client sends requests for http://example.com to it:
//
//	gracy.Around(server.Client().Transport, retry.New(retry.Policy{}), tape)
//
// # For whom a tape responds
//
// In the modes that send, the same request made with two credentials is two requests. A response
// recorded for one is never given to the other, nor to a wrong token. A credential is whatever is
// masked by its name: Authorization, Cookie, X-Api-Key and the like, the user and the parameters of
// a URL, a password in a body. The principal counts, not the bytes: the key of a signed request,
// the user of Digest, the user and password of Basic, the token of Bearer. All cookies count except
// those of statistics, load balancers and form guards. Proxy-Authorization and what is made anew
// for each request do not count. Set [Options].Identity if tokens rotate, or if an auth layer with
// several credentials is inside the tape, which cannot see them.
//
// In ModeReplay a tape that holds one identity for a request responds to any, so it can be recorded
// with a real token and replayed with a dummy or none. If it holds several, the request needs one
// of them, else it is a miss: [MissIdentity]. ModeSmart does the same for a request whose whole
// credential is a mask, because its client has logged in from the tape. There, recordings that
// differ in the secrets of their bodies count as several, too.
//
// The tape holds a hash of the credential, keyed with a key that is also on the tape. Anyone who
// has the tape can test a guess. That exposes a password that can be guessed, but not a token of
// random bytes.
//
// ModeSmart and ModeReplay read up to 1 MiB of a body without GetBody before they send, for as long as
// the request is waited for. Use Off, ModeRecord or Options.PassThrough for a body that is produced
// while the response is read, as that of CONNECT.
//
// # What is recorded
//
// Every response is recorded, whatever its status (see Options.DiscardBad), and with Options.Errors
// transport errors too. The body is copied while the caller reads it, and the caller waits for no
// storage.
//
// A decoder that has its value reads no further. So if a body is closed before its end, Close reads
// on for up to Options.RestWait (100 ms): up to 64 KiB in all, or 16 KiB more if that is more. A
// body that has not ended by then is recorded up to where its caller left. So is one whose request
// is canceled, such as a stream whose reader has what it wants. ModeReplay replays that part and
// then ends with a [store.CutError]. ModeSmart sends the request anew.
//
// If a time limit ended the body, or a fault that Options.Errors does not record, the exchange is
// never replayed. (The idle limit of package timeout closes the body, which is recorded up to there.)
// A response longer than Options.MaxBody is not recorded. [Stats] and the ledger report both.
//
// # Streams and long bodies
//
// Of a stream, a body without a length, the tape keeps the pieces as they arrived, and when: an
// event or a rune that was cut in two is cut in two again. It is replayed at once, or with
// [Options].Speed in the time that it took. A body that broke off breaks off at the same place.
// transport.Attempt.RecordedTime says how long the headers took. A body of 1 MiB and more that is
// not text is written to the tape while it is read, and replayed from there in parts, so memory
// does not limit its length. Set Options.MaxBody for it.
//
// # Secrets
//
// What package redact knows as secret, and what Options.Redact adds, is masked before anything is
// compared or stored: in URLs, headers and bodies, also inside gzip and deflate. Options.Codings
// adds other codings, such as br and zstd of module replay/codings. An exchange is withheld if a
// registered literal is left in it or its encoding cannot be opened. Flush and Close report that.
// Files are made with mode 0600.
//
// A masked value selects no response, except as part of the identity. If your API has a parameter
// called key, code or token that distinguishes requests and is not secret, list it in Rules.Keep. A
// masked header that Match.Headers names has a keyed hash behind its mask and is compared by it.
// Path segments that only look random, in requests, redirects and links in JSON, are replaced by
// their hash. Objects stay distinct, and a recorded link leads to the recorded response. A secret
// that is neither named, nor registered, nor of a known shape cannot be recognized.
//
// # Storage
//
// A tape is a bbolt file (package store/bolt): one process writes, or many read. A file whose name
// ends in .json is a text tape (package store/text), for tests and reviews: one writes, and many
// read. A second writer gets [ErrLocked], as a store.LockedError that says which process has the
// tape. In ModeReplay a tape is only read, so any number can be open, also on a read-only file
// system. [New] takes any other storage: package store says what it must do. A request waits for a
// storage in a database ([store.ContextStore]) no longer than its context allows. If the storage
// fails to look up a request, ModeSmart sends it and ModeReplay returns the error. For as long as
// that lookup took, ModeSmart then sends further requests without one, so few of them wait for a
// database that does not respond.
//
// A crash loses what [Stats].Pending counts and no more: the exchanges of some milliseconds if the
// store keeps up, and never more than 64 MiB. Flush waits until they are stored.
//
// # What it will not do
//
// It is not an HTTP cache: it knows no freshness. It does not record upgraded connections or the
// state of TLS, which is nil in a replayed response. It does not compress.
package replay
