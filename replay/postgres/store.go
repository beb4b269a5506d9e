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
	link
	owns  bool   // the pool is ours to close
	name  string // of the tape
	owner string // names this one among those that have the tape open

	unending atomic.Bool // parts were appended, so that some may be of an exchange that never came

	memory atomic.Pointer[store.IndexStore] // the index that holds, nil if that is the table

	mu     sync.Mutex // mu guards recipe
	recipe string     // that the keys of this session are made by
}

func newStore(pool *pgxpool.Pool, name string, opts Options) *pgStore {
	return &pgStore{
		link: link{pool: pool, path: "postgres tape " + strconv.Quote(name), opts: opts},
		name: name, owner: strconv.FormatUint(rand.Uint64(), 36),
	}
}

func (s *pgStore) setRecipe(recipe string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe = recipe
}

func (s *pgStore) Close() error {
	if s.closed.Load() {
		return nil
	}
	if s.unending.Load() {
		_ = s.abandon() // or whoever opens it an hour later does
	}
	if s.closed.Swap(true) || !s.owns {
		return nil
	}
	s.pool.Close()
	return nil
}
