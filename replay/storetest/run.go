package storetest

import (
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// An Open opens the storage of a tape that belongs to a folder. The folder exists. Open makes the
// storage if it does not exist. A second call with the same folder, after Close, opens the same
// tape. A storage that keeps nothing in files uses the folder as a name.
type Open func(dir string) (store.Store, error)

// Run runs the suite, each case as a subtest with a folder of its own.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { c.run(&probe{TB: t, dir: t.TempDir(), open: open}) })
	}
}

// A testCase is something that a storage does.
type testCase struct {
	name string
	run  func(p *probe)
}

func cases() []testCase {
	return []testCase{
		{"keeps-every-field", keepsEveryField},
		{"keeps-bodies-of-any-length", keepsBodiesOfAnyLength},
		{"scans-by-id", scansByID},
		{"ends-a-scan", endsAScan},
		{"finds-the-next-of-a-key", findsTheNextOfAKey},
		{"nears-the-same-request-first", nearsTheSameRequestFirst},
		{"nears-one-of-a-key", nearsOneOfAKey},
		{"replaces-whoever-made-it", replacesWhoeverMadeIt},
		{"replaces-in-a-batch", replacesInABatch},
		{"deletes", deletes},
		{"gives-no-id-twice", givesNoIDTwice},
		{"reindexes", reindexes},
		{"reads-while-it-appends", readsWhileItAppends},
		{"gives-up-a-lookup", givesUpALookup},
		{"gives-up-a-part", givesUpAPart},
		{"keeps-parts", keepsParts},
		{"removes-parts", removesParts},
		{"is-closed-once", isClosedOnce},
	}
}
