package sharedtest

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/kinds"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// onlyReads checks that a store that was opened for reading makes and changes nothing but an index
// in memory.
func onlyReads(p *probe) {
	place := p.Place(p)
	if _, err := p.OpenReadOnly(place); !errors.Is(err, fs.ErrNotExist) {
		p.Errorf("a tape that is not there: %v, want ErrNotExist", err)
	}
	p.Empty(p, place)
	tapetest.Fill(p, p.open(place), 3)
	s, err := p.OpenReadOnly(place)
	tapetest.Must(p, err)
	for what, err := range map[string]error{
		"Append": s.Append([]store.Entry{{Exchange: tapetest.Numbered(9)}}), "Delete": s.Delete(1), "AppendParts": s.AppendParts([]store.Part{{ID: 1}}),
	} {
		if !errors.Is(err, store.ErrReadOnly) || !errors.Is(err, fs.ErrPermission) {
			p.Errorf("%s returns %v, want ErrReadOnly", what, err)
		}
	}
	other := tapetest.Exchange(1, "GET", "http://other.test/", "").Key
	tapetest.Must(p, s.Reindex("in memory", func(*store.Exchange) store.Key { return other }))
	if x, err := s.Find(other, 1); err != nil || x == nil || x.ID != 2 {
		p.Errorf("by the key in memory Find gives %v, %v", x, err)
	}
	if near, err := s.Near(other, 3); len(near) != 1 || err != nil {
		p.Errorf("Near gives %d, %v, want one of the key", len(near), err)
	}
	if r, err := s.Recipe(); r != "in memory" || err != nil {
		p.Errorf("Recipe is %q, %v", r, err)
	}
	tapetest.Must(p, s.Close())
	if _, err := s.Find(other, 1); !errors.Is(err, store.ErrClosed) {
		p.Errorf("Find after Close returns %v, want ErrClosed", err)
	}
	p.closed(place)
	s, err = p.OpenReadOnly(place)
	tapetest.Must(p, err)
	defer s.Close()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); err != nil || x == nil {
		p.Errorf("by the key on the tape Find gives %v, %v", x, err)
	}
}

// replaysEachKind checks that for each kind of exchange the tape returns what the server returned.
func replaysEachKind(t *testing.T, storage Storage) {
	t.Helper()
	place := storage.Place(t)
	s, err := storage.Open(place)
	tapetest.Must(t, err)
	tape, err := replay.New(s, replay.Options{Mode: replay.ModeRecord, Errors: true})
	tapetest.Must(t, err)
	recorded := kinds.Record(t, kinds.All(), tape.Wrap, func() {
		tapetest.Must(t, tape.Close())
		if s := tape.Stats(); s.Skipped+s.Cut+s.Incomplete+s.Withheld+s.Failed != 0 {
			t.Fatalf("%+v", s)
		}
	})
	s, err = storage.OpenReadOnly(place)
	tapetest.Must(t, err)
	tape, err = replay.New(s, replay.Options{Mode: replay.ModeReplay})
	tapetest.Must(t, err)
	defer func() { tapetest.Must(t, tape.Close()) }()
	recorded.Check(t, tape.Wrap)
}
