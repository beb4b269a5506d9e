package replay

import (
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// beginTries is how often begin tries to agree on the recipe of a tape that processes share.
const beginTries = 4

// farAhead is by how much the clocks of machines that share a tape may differ.
const farAhead = time.Minute

// begin begins a session. It makes sure that the index fits the options.
func begin(t *Tape) error {
	last, err := t.store.Last()
	if err != nil {
		return err
	}
	t.added.tape, t.added.earlier = t, last > 0
	now := time.Now()
	t.session = max(last+1, store.IDAt(now))
	if ahead := last.Time().Sub(now); ahead > farAhead && t.opts.Mode == ModeSmart && t.opts.cutoff(now) > 0 {
		t.errs.notify(fmt.Errorf("replay: the latest exchange of the tape is from %s, %s ahead of the clock of this machine: "+
			"until then MaxAge, Since and Prune do not know the age of what is recorded", last.Time().UTC().Format(time.RFC3339), ahead.Round(time.Second)))
	}
	t.ids.last.Store(uint64(t.session) - 1)
	t.sequences.since.Store(uint64(t.session))
	have, err := t.store.Recipe()
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := beginBy(t, have)
		if !errors.Is(err, store.ErrLocked) || try == beginTries {
			return err
		}
		// Another process may have set the recipe since. Then we use its key. The store has already
		// waited for a process that only holds the tape.
		now, errNow := t.store.Recipe()
		if errNow != nil || now == have {
			return err
		}
		have = now
	}
}

// beginBy uses the key of a recipe. It reindexes the tape unless its index fits the options.
func beginBy(t *Tape, recipe string) error {
	made, key := splitRecipe(recipe)
	t.capturer.who.key = key
	if key == nil {
		t.capturer.who.key = newHashKey()
	}
	// A tape that is only read needs no key before it has one.
	if made != t.opts.recipe() || key == nil && t.opts.Mode != ModeReplay {
		return t.Reindex()
	}
	return nil
}
