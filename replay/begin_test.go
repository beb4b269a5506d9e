package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// The clock was ahead by a year while a tape was recorded. IDs only grow, so what is recorded from then
// on dates from that year too, and its age is not known. Whoever relies on ages gets a report.
func TestATapeThatIsAheadOfTheClockIsReported(t *testing.T) {
	for _, c := range []struct {
		ahead  time.Duration
		opts   replay.Options
		report bool
	}{
		{365 * 24 * time.Hour, replay.Options{MaxAge: time.Hour}, true},
		{365 * 24 * time.Hour, replay.Options{Since: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}, true},
		{365 * 24 * time.Hour, replay.Options{MaxAge: time.Hour, Mode: replay.ModeReplay}, false}, // it records nothing
		{365 * 24 * time.Hour, replay.Options{}, false},
		{30 * time.Second, replay.Options{MaxAge: time.Hour}, false}, // the clock of another machine
	} {
		path := filepath.Join(t.TempDir(), "tape.db")
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(c.ahead)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
		})
		synctest.Test(t, func(t *testing.T) { // in a bubble of its own, whose clock starts again
			var reports []string
			c.opts.OnError = func(err error) { reports = append(reports, err.Error()) }
			tape := open(t, path, c.opts)
			want(t, tape.Wrap(noNetwork(t)), api+"/a", 200, "1")
			closeTape(t, tape) // it is no failure of the tape
			if c.report != (len(reports) == 1 && strings.Contains(reports[0], "2000-12-31T00:00:00Z")) || !c.report && len(reports) > 0 {
				t.Errorf("%v ahead, %+v: %q, want a report: %v", c.ahead, c.opts, reports, c.report)
			}
		})
	}
}
