//go:build !older

package main

import (
	"errors"
	"os"
	"time"
)

// recordRounds returns how often a recorder records n calls.
func (b *tapeBench) recordRounds(n int) int {
	switch {
	case n <= 1000:
		return b.rounds
	case n <= 10_000:
		return min(b.rounds, 3)
	}
	return 1
}

// recordings lets each recorder record n calls, one after the other, over a base in memory. The
// last file of each is kept.
func (b *tapeBench) recordings(n int) error {
	var list []recorderKind
	for _, k := range append(recorderKinds(), recorderKind{name: oneByOneName, ext: ".onebyone", most: 100, record: recordOneByOne}) {
		if n <= k.most {
			list = append(list, k)
		}
	}
	return b.inTurn(b.recordRounds(n), len(list), func(i int) error {
		k := list[i]
		base, err := recordAll(items{}, func() error { return nil }, n)
		if err != nil {
			return err
		}
		path := b.path(k, n)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		start, before := time.Now(), processor()
		rt, stop, err := k.record(path, items{})
		if err != nil {
			return err
		}
		if _, err = recordAll(rt, stop, n); err != nil {
			return err
		}
		wall, used := time.Since(start), processor()-before
		b.note(toRecord, k.name, n, float64(wall)/float64(n))
		b.note(toRecordCPU, k.name, n, float64(used-base)/float64(n))
		b.note(toHold, k.name, n, float64(size(path))/float64(n))
		return nil
	})
}
