package sharedtest

import (
	"fmt"
	"os"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A Store is a tape in a database.
type Store interface {
	store.IndexStore
	store.PartStore
}

// A Storage is a storage that processes share, as its tests open it.
type Storage struct {
	// Place returns an empty place for a tape. Nothing is left of it after the test.
	Place func(tb testing.TB) string
	// Open opens the tape of a place, and makes it if it does not exist.
	Open func(place string) (Store, error)
	// OpenReadOnly opens the tape for reading, and makes nothing.
	OpenReadOnly func(place string) (Store, error)
	// Empty fails the test if anything was made at a place.
	Empty func(tb testing.TB, place string)
	// Closed fails the test if the last process that had a tape open has left anything beside it.
	// Nil checks nothing.
	Closed func(tb testing.TB, place string)
	// Later makes what is unfinished at a place an hour older.
	Later func(tb testing.TB, place string)

	Batches int // how many batches each of two processes appends at the same time
	Pages   int // a number of exchanges that takes more than two pages of a Reindex
	OneIn   int // one in this many lookups and rounds of a long test is made; 1 unless they are slow
}

// Run runs the suite, each case as a subtest. The calling test must be named TestShared and do
// nothing before, because the processes that take part in a case run it too.
func Run(t *testing.T, s Storage) {
	t.Helper()
	if work := os.Getenv(workVariable); work != "" {
		child(t, s, work)
		return
	}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { c.run(&probe{TB: t, Storage: s}) })
	}
	t.Run("replays-each-kind", func(t *testing.T) { replaysEachKind(t, s) })
}

// Attempt runs a case alone and returns how it failed, without failing t.
func Attempt(t *testing.T, name string, s Storage) []string {
	t.Helper()
	for _, c := range cases() {
		if c.name == name {
			return tapetest.Attempt(t, func(tb testing.TB) {
				tb.Helper()
				c.run(&probe{TB: tb, Storage: s})
			})
		}
	}
	return []string{fmt.Sprintf("no case is named %q", name)}
}

// Cases returns the names of the cases.
func Cases() (names []string) {
	for _, c := range cases() {
		names = append(names, c.name)
	}
	return names
}

// A testCase is a test of one thing that a storage does.
type testCase struct {
	name string
	run  func(p *probe)
}

func cases() []testCase {
	return []testCase{
		{"two-processes-at-once", twoProcessesAtOnce},
		{"processes-that-are-killed", processesThatAreKilled},
		{"two-open-a-new-tape", twoOpenANewTape},
		{"many-open-a-new-tape", manyOpenANewTape},
		{"many-open-and-close", manyOpenAndClose},
		{"takes-the-next-free-id", takesTheNextFreeID},
		{"stores-all-of-a-batch-or-nothing", storesAllOfABatchOrNothing},
		{"has-one-recipe", hasOneRecipe},
		{"reindexes-page-by-page", reindexesPageByPage},
		{"leaves-the-parts-of-others", leavesThePartsOfOthers},
		{"only-reads", onlyReads},
	}
}

// probe is a test of a storage.
type probe struct {
	testing.TB
	Storage
}

// open opens the tape of a place. It is closed when the test ends.
func (p *probe) open(place string) Store {
	p.Helper()
	s, err := p.Open(place)
	tapetest.Must(p, err)
	p.Cleanup(func() { _ = s.Close() })
	return s
}

// filled returns a place with a tape of n exchanges.
func (p *probe) filled(n int) (place string) {
	p.Helper()
	place = p.Place(p)
	tapetest.Fill(p, p.open(place), n)
	return place
}

// closed fails if anything is left beside the tape after it was closed by all.
func (p *probe) closed(place string) {
	p.Helper()
	if p.Closed != nil {
		p.Closed(p, place)
	}
}

// sameKey leaves the keys of a tape as they are.
func sameKey(x *store.Exchange) store.Key { return x.Key }
