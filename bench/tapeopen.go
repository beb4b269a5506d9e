//go:build !older

package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// opens opens and closes the file of each recorder for replay.
func (b *tapeBench) opens(n int) error {
	var list []recorderKind
	for _, k := range recorderKinds() {
		if n <= k.most {
			list = append(list, k)
		}
	}
	return b.inTurn(b.openRounds(n), len(list), func(i int) error {
		took, err := timed(func() error {
			_, stop, err := list[i].replay(b.path(list[i], n))
			if err != nil {
				return err
			}
			return stop()
		})
		b.note(toOpen, list[i].name, n, float64(took))
		return err
	})
}

func (b *tapeBench) openRounds(n int) int {
	switch {
	case n < 10_000:
		return b.rounds
	case n > 100_000:
		return 1
	}
	return min(b.rounds, 3)
}

// reindexes opens a bbolt tape with another Match, in turn with reading all of it. The control has
// few recordings, because it is slow.
func (b *tapeBench) reindexes(n int) error {
	k := recorderKinds()[0]
	path, turn := b.path(k, n), 0
	other := func() replay.Match { // a different one each time
		turn++
		return replay.Match{IgnoreQuery: []string{fmt.Sprint("ignored", turn)}}
	}
	list := []struct {
		what string
		do   func() error
	}{
		{toScan, func() error { return scan(path, n) }},
		{toReindex, func() error {
			_, stop, err := tapeAt(path, replay.Options{Mode: replay.ModeRecord, Match: other()}, nil)
			if err != nil {
				return err
			}
			return stop()
		}},
		{toReindexRO, func() error {
			_, stop, err := tapeAt(path, replay.Options{Mode: replay.ModeReplay, Match: other()}, nil)
			if err != nil {
				return err
			}
			return stop()
		}},
	}
	err := b.inTurn(b.openRounds(n), len(list), func(i int) error {
		took, err := timed(list[i].do)
		b.note(list[i].what, k.name, n, float64(took))
		return err
	})
	if err != nil || n > 100 {
		return err
	}
	return b.inTurn(b.rounds, 1, func(int) error {
		took, err := timed(func() error { return reindexOneByOne(path, replay.Options{Mode: replay.ModeRecord, Match: other()}) })
		b.note(toReindex, oneByOneName, n, float64(took))
		return err
	})
}

func reindexOneByOne(path string, opts replay.Options) error {
	s, err := bolt.Open(path)
	if err != nil {
		return err
	}
	tape, err := replay.New(oneByOne{s}, opts)
	if err != nil {
		return err
	}
	return tape.Close()
}

var errCount = errors.New("another number of recordings")

// scan reads all recordings of a bbolt tape.
func scan(path string, n int) error {
	s, err := bolt.OpenReadOnly(path)
	if err != nil {
		return err
	}
	count := 0
	for x, err := range s.Scan(store.ID(0)) {
		if err != nil {
			return errors.Join(err, s.Close())
		}
		count += len(x.Response.Body) / len(item(0))
	}
	if count != n {
		err = fmt.Errorf("%w: %d in %s, want %d", errCount, count, filepath.Base(path), n)
	}
	return errors.Join(err, s.Close())
}
