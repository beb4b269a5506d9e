// Package interop imports what other recorders have written onto a tape, and exports
// tapes as HAR 1.2 and as JSON.
//
// [Import] reads a file and adds what it holds to a [replay.Tape], which masks secrets,
// makes keys and keeps the order. [Read] yields the same without a tape. Both say of each exchange
// what its file does not hold: the bytes of a body that was decoded, the trailers, a
// posted body. What would replay as something that no server sent is skipped, with
// the reason: aborted calls, responses from a cache of the browser, web sockets,
// requests whose body is missing.
//
// [WriteHAR] and [WriteJSON] export exchanges, such as those of Tape.Exchanges. JSON is
// lossless, and HAR is so for Read: what the format has no place for is in fields that
// begin with an underscore, which other readers ignore. Exchanges of a tape have their secrets
// masked; those of another source are written as they are.
//
// A file is read an exchange at a time, in memory that does not grow with it. An exchange
// may have 64 MiB in its file; its parser is given bounds against nesting, aliases and
// bombs, and what goes beyond them, or is damaged, ends with a [FormatError]. Reading
// executes nothing and opens no other file.
//
// docs/from-vcr.md has the call for each recorder, and what each loses.
package interop
