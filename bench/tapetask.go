package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// A tapeTask is a task of a worker about a tape.
type tapeTask struct {
	Do         string // toRecord, toOpen or toLookUp
	Path       string
	Recordings int
	Seed       uint64 // determines the order of the lookups
	Lookups    int
}

// A tapeResult is what a task took besides time. The counts include the caller and the base.
type tapeResult struct {
	Times  []float64 // ns of each lookup
	Bytes  float64   // of the file, per recording
	Allocs float64   // per call
	Memory float64   // bytes allocated per call
}

// openTapes are the tapes that a worker replays, by their paths. They stay open.
type openTapes map[string]openTape

type openTape struct {
	http.RoundTripper
	stop func() error
}

func (o openTapes) close() {
	for _, t := range o {
		_ = t.stop()
	}
}

func (o openTapes) do(t tapeTask) (r result, err error) {
	switch t.Do {
	case toRecord:
		return recordTape(t)
	case toOpen:
		start := time.Now()
		_, stop, err := tapeAt(t.Path, replay.Options{Mode: replaying}, nil)
		if err == nil {
			err = stop()
		}
		r.Wall = time.Since(start)
		return r, err
	case toLookUp:
		return o.lookUp(t)
	}
	return r, fmt.Errorf("unknown task %q", t.Do)
}

// recordTape records calls one after the other over a base in memory. The processor time of the
// base is subtracted.
func recordTape(t tapeTask) (r result, err error) {
	base, err := recordAll(items{}, func() error { return nil }, t.Recordings)
	if err != nil {
		return r, err
	}
	var m mallocs
	m.start()
	start, before := time.Now(), processor()
	rt, stop, err := tapeAt(t.Path, replay.Options{Mode: recording}, items{})
	if err != nil {
		return r, err
	}
	if _, err = recordAll(rt, stop, t.Recordings); err != nil {
		return r, err
	}
	r.Wall, r.CPU = time.Since(start), processor()-before-base
	r.Calls = t.Recordings
	r.Allocs, r.Memory = m.each(r.Calls)
	r.Bytes = float64(size(t.Path)) / float64(r.Calls)
	return r, nil
}

// lookUp replays recordings at random. The tape stays open. The first task about it warms it, so
// that the pages of the file are in memory.
func (o openTapes) lookUp(t tapeTask) (r result, err error) {
	tape, ok := o[t.Path]
	if !ok {
		tape.RoundTripper, tape.stop, err = tapeAt(t.Path, replay.Options{Mode: replaying}, nil)
		if err != nil {
			return r, err
		}
		o[t.Path] = tape
	}
	order := rand.New(rand.NewPCG(t.Seed, 0)) //nolint:gosec // an order
	var m mallocs
	m.start()
	for range t.Lookups {
		number := order.IntN(t.Recordings)
		took, err := timed(func() error { return getItem(tape, itemHost, number) })
		if err != nil {
			return r, err
		}
		r.Times = append(r.Times, float64(took))
	}
	r.Calls = t.Lookups
	r.Allocs, r.Memory = m.each(r.Calls)
	return r, nil
}

// mallocs count what is allocated.
type mallocs struct{ allocs, bytes uint64 }

func (m *mallocs) start() { m.allocs, m.bytes = allocated() }

// each returns what was allocated since start, divided by n.
func (m *mallocs) each(n int) (allocs, bytes float64) {
	a, b := allocated()
	return float64(a-m.allocs) / float64(n), float64(b-m.bytes) / float64(n)
}

func allocated() (allocs, bytes uint64) {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.Mallocs, s.TotalAlloc
}
