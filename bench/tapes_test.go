package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
)

// A run with few recordings prints everything, and each control crosses its line.
func TestTapesAreMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("it records beside go-vcr for some seconds")
	}
	if race.Enabled {
		return // ratios of times; the pass without the race detector has them
	}
	var out strings.Builder
	if err := runTapes(t.Context(), []string{"-rounds", "2", "-most", "100", "-dir", t.TempDir()}, &out, io.Discard); err != nil {
		t.Fatal(err, out.String())
	}
	for _, want := range []string{"| 100 ", onBolt, onText, onVCR, scanningName, flushingName, "### Red lines", "### Controls"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
		t.Error(out.String())
	}
}

func TestTapesFailOnInvalidArguments(t *testing.T) {
	for _, args := range [][]string{{"tapes", "-rounds", "0"}, {"tapes", "-most", "0"}, {"tapes", "more"}, {"tapes", "-what"}} {
		if run(t.Context(), args, io.Discard, io.Discard) == nil {
			t.Errorf("%v passed", args)
		}
	}
}

// withSeries returns a bench whose figures keep every line, and whose controls each cross theirs.
func withSeries() *tapeBench {
	b := newTapeBench("", 3, io.Discard)
	b.sizes = []int{100, 10_000, 100_000}
	for what, values := range map[string]map[string]float64{
		toLookUp:    {onBolt: 10, onText: 9, onVCR: 20_000, scanningName: 5000},
		toRecord:    {onBolt: 10, onText: 11, onVCR: 200, oneByOneName: 100},
		toRecordCPU: {onBolt: 10, onText: 11, onVCR: 200, oneByOneName: 100},
		toOpen:      {onBolt: 10, onText: 1000},
		toScan:      {onBolt: 10},
		toReindex:   {onBolt: 50, oneByOneName: 500},
		toReindexRO: {onBolt: 60},
		toWait:      {noTape: 100, onBolt: 104, onText: 103, onVCR: 103, flushingName: 130},
	} {
		for name, value := range values {
			for _, n := range append(b.sizes, 0) {
				if name == scanningName || name == onText && what == toOpen {
					value *= 10
				}
				b.note(what, name, n, value)
			}
		}
	}
	b.series[seriesKey(toLookUp, scanningName, 10_000)] = []float64{5000}
	b.series[seriesKey(toLookUp, scanningName, 100)] = []float64{50}
	return b
}

// Each line is kept, each control crosses its own, and each figure that gets worse crosses one line
// and no other.
func TestLinesOnTapesAreKeptOrCrossed(t *testing.T) {
	kept, controls := withSeries().redLines()
	if len(kept) != 14 || len(controls) != 7 {
		t.Errorf("%d lines and %d controls, want 14 and 7", len(kept), len(controls))
	}
	for _, l := range kept {
		if !l.ok {
			t.Errorf("%s: measured %s", l.text, l.got)
		}
	}
	if err := printControls(io.Discard, controls); err != nil {
		t.Error(err)
	}
	for _, worse := range []struct {
		what, name string
		n          int
		by         float64
	}{
		{toLookUp, onBolt, 10_000, 3},
		{toLookUp, onText, 10_000, 3},
		{toRecord, onBolt, 10_000, 3},
		{toRecord, onText, 10_000, 3},
		{toRecordCPU, onText, 10_000, 3},
		{toWait, onBolt, 0, 1.1},
		{toWait, onText, 0, 1.1},
		{toLookUp, onBolt, 100_000, 3},
		{toOpen, onBolt, 100_000, 6},
		{toReindex, onBolt, 100_000, 3},
		{toReindexRO, onBolt, 10_000, 3},
	} {
		b := withSeries()
		b.series[seriesKey(worse.what, worse.name, worse.n)][0] *= worse.by
		lines, _ := b.redLines()
		crossed := 0
		for _, l := range lines {
			if !l.ok {
				crossed++
			}
		}
		if crossed != 1 {
			t.Errorf("%+v crosses %d lines, want 1", worse, crossed)
		}
	}
	for _, l := range controls {
		l.ok = true
		if printControls(io.Discard, []redLine{l}) == nil {
			t.Errorf("a control that keeps its line passes: %s", l.text)
		}
	}
}

// wrong is a base that responds with another item.
type wrong struct{ items }

func (w wrong) RoundTrip(req *http.Request) (*http.Response, error) {
	req.URL.Path += "1"
	return w.items.RoundTrip(req)
}

func TestAWrongItemIsNoticed(t *testing.T) {
	if err := getItem(items{}, itemHost, 7); err != nil {
		t.Error(err)
	}
	if err := getItem(wrong{}, itemHost, 7); !errors.Is(err, errWrongItem) {
		t.Errorf("got %v", err)
	}
}

func TestTimesAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		12: "12ns", 12_345: "12.3µs", 123_456: "123µs", 1_234_567: "1.23ms", 12_345 * time.Millisecond: "12.3s",
	} {
		if got := inTime(float64(d)); got != want {
			t.Errorf("%v is printed %s, want %s", d, got, want)
		}
	}
	if got := fmt.Sprint(highest([]float64{3, 1, 2})); !strings.HasPrefix(got, "2.9") {
		t.Errorf("the 99th percentile is %s", got)
	}
}
