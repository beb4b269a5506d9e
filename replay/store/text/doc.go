// Package text keeps a tape in a JSON file with readable bodies, which people
// can read, review and edit: the storage that replay.Open uses for a file whose
// name ends in .json.
//
// It is for tests and reviews: the whole tape is in memory and every batch
// writes the file anew, so use package bolt beyond some thousand exchanges.
// Fields of a later version are lost when an earlier one writes the file.
//
// # Locks
//
// One tape may be open for writing, and any number for reading, also beside the
// one that writes: readers find the file as it was when they opened it. Two that
// write are not merged, because what one deletes or replaces would come back
// with the other. The lock is a file beside the tape, .tape-NAME.lock, that is
// there while the tape is open; the lock, though not the file, is gone when its
// process dies. In a folder that may not be written there is no lock, and
// nothing can be recorded. On systems other than Windows, Linux, macOS and the
// BSDs there is no lock: one process writes.
//
// A crash can also leave a temporary file, .tape-NAME-NUMBER. The next Open
// removes those of its own tape: it has the lock under which they are made, so
// that they are nobody's.
package text
