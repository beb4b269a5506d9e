package store

import "iter"

// A Store keeps exchanges. These three methods are all that a storage needs: what
// more it can do it says by being a [Deleter], an [IndexStore], a [PartStore] or a
// [RecipeStore] as well. Queueing, order, modes, redaction and replay policy are the tape's.
//
// A tape calls what changes a Store (Append, Delete, Reindex, AppendParts, SetRecipe) from
// one goroutine at a time, the other methods from many, also while something is
// changed. Exchanges handed to Append and those handed out must not be changed by
// either side.
type Store interface {
	// Append stores a batch durably and at once: all of it or, on an error,
	// none. Nobody else uses the IDs of a batch; they ascend, and may be below
	// those of an earlier batch.
	Append(batch []Entry) error
	// Scan walks the exchanges above after, by ID. The walk is over after an
	// error. The store may be changed meanwhile. A tape whose store has no index
	// reads a single exchange by it, so the way to the first one should be short.
	Scan(after ID) iter.Seq2[*Exchange, error]
	// Close ends the store. What Append has taken is kept.
	Close() error
}

// A Deleter is a Store that can delete. Without it, what is on the tape stays: to
// record a request anew that was recorded in an earlier session is an error for its
// exchange that matches errors.ErrUnsupported, and so is Tape.Prune.
type Deleter interface {
	Store
	// Delete removes exchanges; an ID that is not there is not an error.
	Delete(ids ...ID) error
}

// An IndexStore is a Store that finds exchanges by itself. Of any other, a tape scans
// all when it is opened, and has the IDs and keys in memory, some 300 bytes an exchange;
// it deletes what an Entry replaces in a second step, so that a crash in between
// leaves both.
type IndexStore interface {
	Deleter
	// Find returns the exchange of key.Sum with the smallest ID above after,
	// nil if there is none.
	Find(key Key, after ID) (*Exchange, error)
	// Near returns up to n exchanges of the same host, one of each key: first
	// those of the same request made as anybody (Key.Request), then those of the
	// same path.
	Near(key Key, n int) ([]*Exchange, error)
	// Last returns the largest ID ever stored, 0 for none.
	Last() (ID, error)
	// Recipe returns the recipe that was last given to Reindex, "" if none was.
	Recipe() (string, error)
	// Reindex gives every exchange the key that the function returns for it,
	// and remembers the recipe, the fingerprint of how keys are made. A store that
	// only reads does so until it is closed. One that processes share returns ErrLocked
	// where another has given it a recipe since Recipe was called, which a tape that is being
	// opened calls again then.
	Reindex(recipe string, key func(*Exchange) Key) error
}

// A RecipeStore is a Store without an index that keeps a recipe, as an IndexStore does: a
// text of some 100 bytes with the key of the hashes of who made a request. Without it,
// each session has a key of its own, and a request with a credential is not that of
// an earlier session, unless the tape knows no other identity for it.
type RecipeStore interface {
	Store
	// Recipe returns what was last given to SetRecipe, "" if nothing was.
	Recipe() (string, error)
	// SetRecipe keeps a recipe in place of the one before. A store that only reads
	// keeps it until it is closed.
	SetRecipe(recipe string) error
}

// An Entry is one exchange to append.
type Entry struct {
	*Exchange
	// Replace removes the exchanges of the same request (Key.Request), whoever
	// made it, with IDs below it; 0 removes none. An IndexStore does so in the step
	// that appends; a tape does it for a Store that has no index, which leaves it alone.
	Replace ID
}
