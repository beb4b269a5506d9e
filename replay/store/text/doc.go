// Package text keeps a tape in a JSON file that people read, review and edit. It is the storage
// that replay.Open uses for a file whose name ends in .json.
//
// It is for tests and reviews: the whole tape is in memory, and the file is written when the tape
// is closed. Use package bolt beyond some ten thousand exchanges.
//
// # The file
//
// Members that have their default are left out. A body that was JSON is JSON, with every digit
// unchanged. Other bodies are lines of text, or else base64. Each comes back byte for byte, and the
// member why says what kept a body from a more readable form. Lengths and sums are computed when
// the file is read. The file has no IDs. Of times it has the day, and how long a response took, to
// two digits.
//
// An exchange that is recorded again keeps its place in the file. New ones are added at the end. If
// the new response says the same, the old one stays, with its durations, which are never the same
// twice. Headers that are made anew for each message do not count in that comparison: Date, tracing
// IDs, what is left of a rate limit and the like. Neither does the boundary of a multipart body.
//
// Responses to one request are replayed in the order of the file, whatever days they name. A
// mistake is a [store.FormatError] with the line. Damage that leaves a readable text cannot be
// distinguished from an edit.
//
// What a person writes is checked: a URL is absolute, a method that net/http knows is in upper
// case, each member is in lower case, and names of headers are spelled as net/http spells them.
// Anything recorded otherwise is written in base64, and so is a string that is not UTF-8.
//
// Members of a later version are a mistake, so that an earlier version does not lose them by
// writing the file. Files of schema 1 are read, and written as schema 2.
//
// # Crashes
//
// Until the file is written, recordings are in a journal beside it, .tape-NAME.journal, which has
// checksums and is synced with each batch. A crash loses what was not appended yet, and nothing
// else: the next Open writes what the journal holds to the file, and OpenReadOnly reads it. A
// journal belongs to the file as it was when the tape was opened. If that file was edited or
// checked out anew between a crash and the next Open, the journal no longer counts.
//
// A crash can also leave a temporary file, .tape-NAME-NUMBER. The next Open removes those of its
// own tape. It holds the lock under which they are made, so no process is using them.
//
// # Locks
//
// A tape may be open once for writing, and any number of times for reading, also beside the writer.
// Readers find what was recorded when they opened it. Two writers are not merged, because what one
// deletes or replaces would come back with the other. If the file was changed by hand while the
// tape was open, it is not overwritten: Close returns an error. The lock is a file beside the tape,
// .tape-NAME.lock, that exists while the tape is open. The lock, though not the file, is gone when
// its process dies. A tape in a folder that is not writable can only be opened by OpenReadOnly.
// There is no lock on systems other than Windows, Linux, macOS and the BSDs: only one process may
// write there.
package text
