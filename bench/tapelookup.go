//go:build !older

package main

import (
	"net/http"
	"time"
)

// The names of the controls.
const (
	scanningName = "control: a tape that scans"
	oneByOneName = "control: a commit for each"
	flushingName = "control: each call waits for the store"
)

const (
	coldLookups  = 200
	warmLookups  = 50_000
	warmTime     = 3 * time.Second
	leastLookups = 3
	mostLookups  = 500
	lookupSlice  = 10 * time.Millisecond
)

// lookups replays random recordings of n from each recorder.
func (b *tapeBench) lookups(n int) error {
	list := append(recorderKinds(), recorderKind{
		name: scanningName, ext: ".tape", most: 10_000, replay: replayScanning,
	})
	open := list[:0]
	var through []http.RoundTripper
	for _, k := range list {
		if n > k.most {
			continue
		}
		rt, stop, err := k.replay(b.path(k, n))
		if err != nil {
			return err
		}
		defer func() { _ = stop() }()
		open, through = append(open, k), append(through, rt)
	}
	for i := range open {
		if err := b.warm(open[i].name, n, through[i]); err != nil {
			return err
		}
	}
	return b.inTurn(b.rounds, len(open), func(i int) error {
		var times []float64
		for start := time.Now(); len(times) < leastLookups || len(times) < mostLookups && time.Since(start) < lookupSlice; {
			number := b.random.IntN(n)
			took, err := timed(func() error { return getItem(through[i], itemHost, number) })
			if err != nil {
				return err
			}
			times = append(times, float64(took))
		}
		key := seriesKey(toLookUp, open[i].name, n)
		b.worst[key] = append(b.worst[key], times...)
		b.note(toLookUp, open[i].name, n, quartilesOf(times).mid)
		return nil
	})
}

// warm looks up recordings for a while, so that the pages of a file are in memory, as in a process
// that has been replaying. The first lookups are a separate figure.
func (b *tapeBench) warm(name string, n int, rt http.RoundTripper) error {
	var cold []float64
	for start, i := time.Now(), 0; i < min(2*n, warmLookups) && time.Since(start) < warmTime; i++ {
		number := b.random.IntN(n)
		took, err := timed(func() error { return getItem(rt, itemHost, number) })
		if err != nil {
			return err
		}
		if len(cold) < coldLookups {
			cold = append(cold, float64(took))
		}
	}
	b.note(toLookUpCold, name, n, quartilesOf(cold).mid)
	return nil
}
