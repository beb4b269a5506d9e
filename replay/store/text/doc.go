// Package text keeps a tape in a JSON file that people read, review and edit: the
// storage that replay.Open uses for a file whose name ends in .json.
//
// It is for tests and reviews: the whole tape is in memory, and the file is written
// when the tape is closed. Use package bolt beyond some ten thousand exchanges.
//
// # The file
//
// Members that have their default are left out. A body is JSON where it was JSON, with
// every digit as it was, else lines of text, else base64; each comes back byte for byte,
// and the member why says what kept a body from a more readable form. Lengths and sums
// are computed when the file is read. The file has no ids, and of times the day and, to
// two digits, how long a response took.
//
// What is recorded again keeps its place in the file, and what is new stands behind the
// rest. If the new response says the same, the old one stays, and so do the durations,
// which never are the same: headers that are made anew for each message (Date, ids for
// tracing, what is left of a rate limit and the like) do not count.
//
// Responses to one request are replayed in the order of the file, whatever days they
// name. A mistake is a [store.FormatError] with the line. Nothing distinguishes damage
// that leaves a readable text from an edit.
//
// What a person writes is checked: a URL is absolute, a method that net/http knows is in
// upper case, and each member in lower case; names of headers are spelled as
// net/http does. What was recorded otherwise is written in base64, as is a string that is
// no UTF-8.
//
// Members of a later version are a mistake, so that none is lost when an earlier version
// writes the file. Files of schema 1 are read, and written as schema 2.
//
// # Crashes
//
// Until the file is written, recordings are in a journal beside it, .tape-NAME.journal,
// which is synced with each batch and has sums. A crash loses what was not appended yet,
// and nothing else: the next Open writes what the journal holds to the file, and
// OpenReadOnly reads it. A journal goes with the file as it was when the tape was
// opened. If that was edited or checked out anew after a crash, before the next Open,
// the journal no longer counts.
//
// A crash can also leave a temporary file, .tape-NAME-NUMBER. The next Open
// removes those of its own tape: it has the lock under which they are made, so
// that they are nobody's.
//
// # Locks
//
// One tape may be open for writing, and any number for reading, also beside the
// one that writes: readers find what was recorded when they opened it. Two that
// write are not merged, because what one deletes or replaces would come back
// with the other. A file that was changed by hand while it was open is not overwritten:
// Close returns an error. The lock is a file beside the tape, .tape-NAME.lock, that is
// there while the tape is open; the lock, though not the file, is gone when its
// process dies. A tape in a folder that may not be written is opened by OpenReadOnly
// alone. On systems other than Windows, Linux, macOS and the
// BSDs there is no lock: one process writes.
package text
