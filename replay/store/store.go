package store

import (
	"context"
	"iter"
)

// A Store keeps exchanges. These three methods are all that a storage needs. It may also be a
// [Deleter], an [IndexStore], a [PartStore], a [RecipeStore], a [ContextStore] or a
// [ContextPartStore]. Queueing, order, modes, redaction and replay policy are the tape's.
//
// A tape calls the methods that change a Store (Append, Delete, Reindex, AppendParts, SetRecipe)
// from one goroutine at a time, and the other methods from many, also during a change. Neither
// side may change an exchange that was passed to Append or returned.
type Store interface {
	// Append stores a batch durably and at once: all of it or, on an error, none. The IDs of a
	// batch ascend, and may be below those of an earlier batch. A process gives no ID twice. In a
	// store that processes share, another may have given it, so an exchange whose ID is taken is
	// stored with the next free one.
	Append(batch []Entry) error
	// Scan walks the exchanges with IDs above after, by ID. An error ends the walk. The store may
	// be changed meanwhile, and the sequence may be ranged over again. A tape whose store has no
	// index uses Scan to read a single exchange, so the first one should be quick to reach.
	Scan(after ID) iter.Seq2[*Exchange, error]
	// Close closes the store. What Append has stored is kept. Later calls of the other methods return
	// [ErrClosed].
	Close() error
}

// A Deleter is a Store that can delete. Without it, what is on the tape stays. Recording a
// request anew that was recorded in an earlier session is then an error for its exchange that
// matches errors.ErrUnsupported, and so is Tape.Prune.
type Deleter interface {
	Store
	// Delete removes exchanges. An ID that does not exist is not an error.
	Delete(ids ...ID) error
}

// An IndexStore is a [Store] that finds exchanges by itself. Of any other, a tape scans all
// exchanges when it is opened, and keeps the IDs and keys in memory, some 300 bytes an exchange.
// It deletes what an Entry replaces in a second step, so a crash in between leaves both.
type IndexStore interface {
	Deleter
	// Find returns the exchange of key.Sum with the smallest ID above after, or nil.
	Find(key Key, after ID) (*Exchange, error)
	// Near returns up to n exchanges of the same host, any one of each key: first those of the same
	// request, whoever made it (Key.Request), then those of the same path, then the others.
	Near(key Key, n int) ([]*Exchange, error)
	// Last returns the largest ID ever stored, 0 for none.
	Last() (ID, error)
	// Recipe returns the recipe that was last given to Reindex, or "".
	Recipe() (string, error)
	// Reindex gives every exchange the key that the function returns for it, and keeps the
	// recipe, the fingerprint of how keys are made. A read-only store does so until it is closed.
	// A store that processes share returns ErrLocked if another has given it a recipe since
	// Recipe was called. A tape that is being opened then calls Recipe again.
	Reindex(recipe string, key func(*Exchange) Key) error
}

// A RecipeStore is a [Store] without an index that keeps a recipe, as an [IndexStore] does: a
// text of some 100 bytes with the key of the identity hashes. Without it, each session has a key
// of its own. A request with a credential then does not match one of an earlier session, unless
// the tape knows no other identity for it.
type RecipeStore interface {
	Store
	// Recipe returns what was last given to SetRecipe, or "".
	Recipe() (string, error)
	// SetRecipe replaces the recipe. A read-only store keeps it until it is closed.
	SetRecipe(recipe string) error
}

// A ContextStore is an [IndexStore] whose lookups end with a context. It is for a storage that
// waits for a network. A tape looks up each request with the context of the request. With any other
// store, a request waits for the result, however long that takes. Each method does what the one
// without Context in its name does. It returns soon after ctx ends, with an error that matches that
// of ctx. A store that wraps a ContextStore must be one too, else its requests wait.
type ContextStore interface {
	IndexStore
	FindContext(ctx context.Context, key Key, after ID) (*Exchange, error)
	NearContext(ctx context.Context, key Key, n int) ([]*Exchange, error)
	ScanContext(ctx context.Context, after ID) iter.Seq2[*Exchange, error]
}

// An Entry is one exchange to append.
type Entry struct {
	*Exchange
	// Replace removes the exchanges of the same request (Key.Request), whoever made it, with IDs
	// below it. 0 removes none. An [IndexStore] does so in the step that appends. A Store without
	// an index leaves it alone: the tape does it.
	Replace ID
}
