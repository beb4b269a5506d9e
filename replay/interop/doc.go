// Package interop imports what other recorders have written onto a tape, and exports tapes as HAR
// 1.2 and as JSON.
//
// [Import] reads a file and adds its exchanges to a [replay.Tape], which masks secrets, makes keys
// and keeps the order. [Read] yields the same exchanges without a tape. Both report what the file
// does not hold of an exchange: the bytes of a body that was decoded, the trailers, a posted body.
// An exchange that would replay as something that no server sent is skipped, with the reason: an
// aborted call, a response from a browser's cache, a web socket, a request whose body is missing.
//
// [WriteHAR] and [WriteJSON] export exchanges, such as those of Tape.Exchanges. JSON is lossless.
// HAR is lossless for Read: what the format has no place for is in fields that begin with an
// underscore, which other readers ignore. Exchanges of a tape have their secrets masked. Those of
// another source are written unchanged.
//
// A file is read one exchange at a time, in memory that does not grow with it. An exchange may take
// 64 MiB of its file. The parser has bounds against nesting, aliases and bombs. A file that exceeds
// them or is damaged ends with a [FormatError]. Reading executes nothing and opens no other file.
//
// docs/from-vcr.md has the call for each recorder, and what each loses.
package interop
