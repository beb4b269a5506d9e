package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// shared is a store that several processes use. Reindex fails if the recipe has changed since the
// caller read it.
type shared struct {
	store.IndexStore
	read      string
	meanwhile func() // what another process does between Recipe and Reindex
	tries     int
}

func (s *shared) Recipe() (string, error) {
	recipe, err := s.IndexStore.Recipe()
	s.read = recipe
	return recipe, err
}

func (s *shared) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	s.tries++
	if s.meanwhile != nil {
		s.meanwhile()
	}
	if now, err := s.IndexStore.Recipe(); err != nil || now != s.read {
		return errors.Join(err, store.ErrLocked)
	}
	return s.IndexStore.Reindex(recipe, key)
}

// kept is a store that stays open when its tape is closed.
type kept struct{ store.IndexStore }

func (kept) Close() error { return nil }

func newShared(t *testing.T) *shared {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "tape"))
	if err != nil {
		t.Fatal(err)
	}
	return &shared{IndexStore: s}
}

// openBeside opens the tape of a shared store as another process would.
func openBeside(t *testing.T, s *shared, opts replay.Options) *replay.Tape {
	t.Helper()
	tape, err := replay.New(kept{s.IndexStore}, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}

// If two processes open a new tape at the same moment, the second takes the hash key of the first.
func TestTwoOpenANewTapeAtOnce(t *testing.T) {
	s := newShared(t)
	s.meanwhile = func() { openBeside(t, s, replay.Options{}) }
	second, err := replay.New(kept{s}, replay.Options{})
	if err != nil {
		t.Fatalf("the second gets %v, want the tape", err)
	}
	if s.tries != 1 {
		t.Errorf("the second indexes the tape %d times, want once: what the first has made fits", s.tries)
	}
	alice := func() *http.Request { return as(t, "Authorization", "Bearer tokenOfAlice") }
	send(t, second.Wrap(numbered()), alice())
	closeTape(t, second)
	// The identity is hashed with the key of the tape, so another process finds the exchange.
	send(t, openBeside(t, s, replay.Options{}).Wrap(noNetwork(t)), alice())
}

// If their options differ, the second makes the keys anew by its own, as if it had come later.
func TestTwoOpenANewTapeWithOtherOptions(t *testing.T) {
	s := newShared(t)
	s.meanwhile = func() {
		openBeside(t, s, replay.Options{})
		s.meanwhile = nil
	}
	opts := replay.Options{Match: replay.Match{IgnoreBody: true}}
	tape, err := replay.New(s, opts)
	if err != nil || s.tries != 2 {
		t.Fatalf("after %d tries: %v, want the tape by the second", s.tries, err)
	}
	closeTape(t, tape)
}

// Opening gives up after four tries if others keep changing the recipe, and at once if the store is
// locked.
func TestOpeningATapeThatOthersHold(t *testing.T) {
	s := newShared(t)
	odd := false
	s.meanwhile = func() {
		odd = !odd
		openBeside(t, s, replay.Options{Match: replay.Match{IgnoreBody: odd, IgnoreQuery: []string{"page"}}})
	}
	if _, err := replay.New(s, replay.Options{}); !errors.Is(err, replay.ErrLocked) || s.tries != 4 {
		t.Errorf("after %d tries: %v, want ErrLocked after four", s.tries, err)
	}
	busy := &locked{newShared(t), 0}
	if _, err := replay.New(busy, replay.Options{}); !errors.Is(err, replay.ErrLocked) || busy.tries != 1 {
		t.Errorf("after %d tries: %v, want ErrLocked after one: each may have waited", busy.tries, err)
	}
}

// locked is a store that another process is writing to.
type locked struct {
	store.IndexStore
	tries int
}

func (s *locked) Reindex(string, func(*store.Exchange) store.Key) error {
	s.tries++
	return store.ErrLocked
}
