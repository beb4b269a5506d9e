package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/gracy-go/gracy/metrics"
)

// A Saved is a report that was read back. It is a [Source] for all formats.
type Saved struct {
	snapshot metrics.Snapshot
	calls    metrics.Timeline
	lists    []metrics.Timeline // calls by client
}

var errNoReport = errors.New("not a report of this package")

// Open reads a file written by [HTML] or [JSON]. Counts are read back exactly. The times of
// single calls are whole microseconds. Nothing of the page is executed.
func Open(path string) (*Saved, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", path, err)
	}
	return s, nil
}

// Snapshot makes a Saved a [Source].
func (s *Saved) Snapshot() metrics.Snapshot { return s.snapshot }

// Timeline returns the calls that the page has, by their start if it is of several sources. It
// does not say which source each belongs to. [HTML] of the Saved does.
func (s *Saved) Timeline() metrics.Timeline { return s.calls }

// The text around the data of a page. html/template escapes < in the data.
const (
	dataBegins = `<script type="application/json" id="data">`
	dataEnds   = `</script>`
)

func parse(b []byte) (*Saved, error) {
	if _, from, ok := bytes.Cut(b, []byte(dataBegins)); ok {
		text, _, ok := bytes.Cut(from, []byte(dataEnds))
		if !ok {
			return nil, fmt.Errorf("%w: the data has no end", errNoReport)
		}
		if err := checkRoom(text); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoReport, err)
		}
		var d data
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoReport, err)
		}
		if d.Schema != schema {
			return nil, fmt.Errorf("%w: schema %d, want %d: another version wrote it", errNoReport, d.Schema, schema)
		}
		if d.Snapshot == nil {
			return nil, fmt.Errorf("%w: no figures", errNoReport)
		}
		return d.saved()
	}
	var s metrics.Snapshot
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &s); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoReport, err)
	}
	if s.To.IsZero() && len(s.Rows) == 0 {
		return nil, errNoReport
	}
	return &Saved{snapshot: s, calls: metrics.Timeline{Client: s.Client}}, nil
}

func (d *data) saved() (*Saved, error) {
	s := &Saved{snapshot: *d.Snapshot, calls: metrics.Timeline{Client: d.Snapshot.Client}}
	for _, p := range d.Timelines {
		if p == nil {
			return nil, errNoReport
		}
		t, err := p.timeline()
		if err != nil {
			return nil, err
		}
		s.lists = append(s.lists, t)
		s.calls.Dropped += t.Dropped
		s.calls.Calls = append(s.calls.Calls, t.Calls...)
	}
	if len(d.Timelines) > 1 {
		slices.SortStableFunc(s.calls.Calls, func(a, b metrics.Call) int { return a.Start.Compare(b.Start) })
	}
	return s, nil
}
