package postgres

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/store"
)

// pgStore is the store over a link.
type pgStore struct {
	reader
	owns  bool   // whether Close closes the pool
	name  string // of the tape
	owner string // identifies this store among those that have the tape open

	unending atomic.Bool // whether parts were appended, whose exchanges may never come

	inDoubt map[store.ID]record // the last batch that may be stored although its Append failed; for Append alone

	mu     sync.Mutex // mu guards recipe
	recipe string     // how the keys of this session are made
}

func newStore(pool *pgxpool.Pool, name string, opts Options) *pgStore {
	return &pgStore{
		reader: reader{link: link{pool: pool, path: "postgres tape " + strconv.Quote(name), opts: opts}},
		name:   name, owner: strconv.FormatUint(rand.Uint64(), 36),
	}
}

func (s *pgStore) setRecipe(recipe string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe = recipe
}

func (s *pgStore) currentRecipe() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recipe
}

func (s *pgStore) Close() error {
	if s.closed.Load() {
		return nil
	}
	if s.unending.Load() {
		_ = s.abandon() // otherwise an Open an hour later does it
	}
	if s.closed.Swap(true) || !s.owns {
		return nil
	}
	s.pool.Close()
	return nil
}
