package store

import "iter"

// A Store keeps exchanges. It is all that a storage author writes: queueing,
// order, modes, redaction and replay policy are the tape's.
//
// A tape calls Append, Delete and Reindex from one goroutine at a time, the
// other methods from many, also while Append runs. Exchanges handed to Append
// and those handed out must not be changed by either side.
type Store interface {
	// Append stores a batch durably and at once: all of it or, on an error,
	// none. An entry with Replace removes, in the same step, the older
	// exchanges of its request.
	Append(batch []Entry) error
	// Find returns the exchange of key.Sum with the smallest ID above after,
	// nil if there is none.
	Find(key Key, after ID) (*Exchange, error)
	// Near returns up to n exchanges of the same host, one of each key: first
	// those of the same request made as anybody (Key.Request), then those of the
	// same path.
	Near(key Key, n int) ([]*Exchange, error)
	// Scan walks the exchanges above after, by ID. The walk is over after an
	// error. The store may be changed meanwhile.
	Scan(after ID) iter.Seq2[*Exchange, error]
	// Delete removes exchanges; an ID that is not there is not an error.
	Delete(ids ...ID) error
	// Last returns the largest ID ever stored, 0 for none.
	Last() (ID, error)
	// Recipe returns the recipe that was last given to Reindex, "" if none was.
	Recipe() (string, error)
	// Reindex gives every exchange the key that the function returns for it,
	// and remembers the recipe, the fingerprint of how keys are made. A store that
	// only reads does so until it is closed.
	Reindex(recipe string, key func(*Exchange) Key) error
	// Close ends the store. What Append has taken is kept.
	Close() error
}

// An Entry is one exchange to append.
type Entry struct {
	*Exchange
	// Replace removes the exchanges of the same request (Key.Request), whoever
	// made it, with IDs below it; 0 removes none.
	Replace ID
}
