package replay

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// reads are the reads of a store on behalf of a request: with its context, if the store takes one.
type reads struct {
	find    finder
	outcome finder // returns the outcome of the exchange of a key with an ID; nil if the store cannot
	near    func(ctx context.Context, key store.Key, n int) ([]*store.Exchange, error)
	scan    func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error]
	part    func(ctx context.Context, id store.ID, number int) ([]byte, error)
	remote  bool // the store may wait for a server
}

// A finder finds the first exchange of a key above an ID, as [store.ContextStore] does.
type finder func(ctx context.Context, key store.Key, after store.ID) (*store.Exchange, error)

// An outcomeStore is a store that finds only what is replayed of an exchange, which takes less than
// all of it: see [store.Exchange.UnmarshalOutcome].
type outcomeStore interface {
	FindOutcome(key store.Key, after store.ID) (*store.Exchange, error)
	// Outcome returns that of an exchange that the store has under a key.
	Outcome(key store.Key, id store.ID) (*store.Exchange, error)
}

// readsOf returns the reads of a store.
func readsOf(s store.IndexStore) reads {
	r := reads{
		find: patient(s.Find),
		near: func(_ context.Context, key store.Key, n int) ([]*store.Exchange, error) { return s.Near(key, n) },
		scan: func(_ context.Context, after store.ID) iter.Seq2[*store.Exchange, error] { return s.Scan(after) },
		part: func(context.Context, store.ID, int) ([]byte, error) { return nil, errNoParts },
	}
	if c, ok := s.(store.ContextStore); ok {
		r.find, r.near, r.scan = c.FindContext, c.NearContext, c.ScanContext
		r.remote = true
	}
	switch p := s.(type) {
	case store.ContextPartStore:
		r.part = p.PartContext
	case store.PartStore:
		r.part = func(_ context.Context, id store.ID, number int) ([]byte, error) { return p.Part(id, number) }
	}
	return r
}

// patient returns the finder of a store that takes no context.
func patient(find func(store.Key, store.ID) (*store.Exchange, error)) finder {
	return func(_ context.Context, key store.Key, after store.ID) (*store.Exchange, error) {
		return find(key, after)
	}
}
