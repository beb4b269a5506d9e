//go:build !older

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// Bounds of the design of tapes.
const (
	lookupOverVCR  = 1000 // go-vcr's lookup at 10,000 over ours
	recordOverVCR  = 10   // go-vcr's recording of 10,000 over ours
	flatLookup     = 2.0  // our lookup in the largest tape over that in the tape of 10,000
	flatOpen       = 5.0  // our open of the largest tape over that of the tape of 10,000
	indexOverScan  = 10.0 // opening with a new Match over reading all recordings
	waitOverNoTape = 1.05
	middle         = 10_000
)

// ratio returns the median of the ratios of two series, taken round by round. For series of
// different lengths it returns the ratio of their medians. It returns 0 if one was not measured.
func (b *tapeBench) ratio(above, below string) float64 {
	return quartilesOf(b.ratios(above, below)).mid
}

// ratios returns the ratios whose median ratio returns.
func (b *tapeBench) ratios(above, below string) (all []float64) {
	x, y := b.series[above], b.series[below]
	if len(x) == 0 || len(y) == 0 {
		return nil
	}
	if len(x) != len(y) {
		return []float64{quartilesOf(x).mid / quartilesOf(y).mid}
	}
	for i := range x {
		all = append(all, x[i]/y[i])
	}
	return all
}

// redLines returns the bounds, and the same bounds for the controls, each of which must be crossed.
func (b *tapeBench) redLines() (kept, controls []redLine) {
	most := b.sizes[len(b.sizes)-1]
	line := func(to *[]redLine, text, above, below string, bound float64, atLeast bool) {
		got := b.ratio(above, below)
		if got == 0 {
			return // not in this run
		}
		word, ok := "at most", got <= bound
		if atLeast {
			word, ok = "at least", got >= bound
		}
		*to = append(*to, redLine{fmt.Sprintf("%s: %s %g", text, word, bound), fmt.Sprintf("%.3g", got), ok, false})
	}
	vs := func(to *[]redLine, what, name string, n int, bound float64) {
		line(to, fmt.Sprintf("%s, %d: go-vcr / %s", what, n, name), seriesKey(what, onVCR, n), seriesKey(what, name, n), bound, true)
	}
	flat := func(to *[]redLine, what, name string, n, than int, bound float64) {
		if n > than {
			line(to, fmt.Sprintf("%s, %s: %d / %d", what, name, n, than), seriesKey(what, name, n), seriesKey(what, name, than), bound, false)
		}
	}
	for _, name := range []string{onBolt, onText} {
		vs(&kept, toLookUp, name, middle, lookupOverVCR)
		vs(&kept, toRecord, name, middle, recordOverVCR)
		vs(&kept, toRecordCPU, name, middle, recordOverVCR)
		line(&kept, toWait+", while recording into a "+name+" / "+noTape, seriesKey(toWait, name, 0), seriesKey(toWait, noTape, 0), waitOverNoTape, false)
	}
	flat(&kept, toLookUp, onBolt, most, middle, flatLookup)
	flat(&kept, toOpen, onBolt, most, middle, flatOpen)
	for _, n := range b.sizes {
		for _, what := range []string{toReindex, toReindexRO} {
			if n < middle {
				continue // this is the time of a commit, whatever is in it
			}
			line(&kept, fmt.Sprintf("%s, %s, %d / %s", what, onBolt, n, toScan), seriesKey(what, onBolt, n), seriesKey(toScan, onBolt, n), indexOverScan, false)
		}
	}

	vs(&controls, toLookUp, scanningName, min(most, middle), lookupOverVCR)
	vs(&controls, toRecord, oneByOneName, b.sizes[0], recordOverVCR)
	vs(&controls, toRecordCPU, oneByOneName, b.sizes[0], recordOverVCR)
	line(&controls, toWait+", "+flushingName+" / "+noTape, seriesKey(toWait, flushingName, 0), seriesKey(toWait, noTape, 0), waitOverNoTape, false)
	flat(&controls, toLookUp, scanningName, min(most, middle), b.sizes[0], flatLookup)
	flat(&controls, toOpen, onText, min(most, 100_000), min(most/10, middle), flatOpen)
	line(&controls, fmt.Sprintf("%s, %s, %d / %s", toReindex, oneByOneName, b.sizes[0], toScan),
		seriesKey(toReindex, oneByOneName, b.sizes[0]), seriesKey(toScan, onBolt, b.sizes[0]), indexOverScan, false)
	return kept, controls
}

// printControls prints what the controls do. It fails if one keeps its line, because the line then
// shows nothing.
func printControls(w io.Writer, controls []redLine) error {
	fmt.Fprintf(w, "\n### Controls, which must cross the lines\n\n")
	var rows [][]string
	var err error
	for _, l := range controls {
		word := "crossed"
		if l.ok {
			word = "**kept**"
			err = fmt.Errorf("a control keeps its line: %s, measured %s", l.text, l.got)
		}
		rows = append(rows, []string{l.text, l.got, word})
	}
	table(w, []string{"bound", "measured", "result"}, rows)
	return err
}

// print prints the figures.
func (b *tapeBench) print(w io.Writer) {
	var rows [][]string
	for _, n := range b.sizes {
		for _, name := range []string{onBolt, onText, onVCR, scanningName, oneByOneName} {
			cell := func(what string) string {
				if b.mid(what, name, n) == 0 {
					return "-"
				}
				return inTime(b.mid(what, name, n))
			}
			look := cell(toLookUp)
			if b.mid(toLookUpCold, name, n) > 0 {
				look = cell(toLookUpCold) + " / " + look
			}
			if all := b.worst[seriesKey(toLookUp, name, n)]; len(all) > 0 {
				look += " / " + inTime(highest(all))
			}
			bytes := "-"
			if v := b.mid(toHold, name, n); v > 0 {
				bytes = fmt.Sprintf("%.0f", v)
			}
			index := cell(toReindex)
			if b.mid(toReindexRO, name, n) > 0 {
				index += " / " + cell(toReindexRO) + " / " + cell(toScan)
			}
			row := []string{strconv.Itoa(n), name, cell(toRecord), cell(toRecordCPU), bytes, cell(toOpen), look, index}
			if row[2] != "-" || row[6] != "-" {
				rows = append(rows, row)
			}
		}
	}
	fmt.Fprintln(w)
	table(w, []string{
		"recordings", "recorder", "a recording, with Close", "its processor time, over the base", "bytes of the file", "open and close",
		"lookup: the first 200 / median / p99", "index by another Match, in the file / in memory / read all",
	}, rows)
	rows = nil
	for _, name := range []string{noTape, onBolt, onText, onVCR, flushingName} {
		rows = append(rows, []string{name, inTime(b.mid(toWait, name, 0)), fmt.Sprintf("%.3f", b.ratio(seriesKey(toWait, name, 0), seriesKey(toWait, noTape, 0)))})
	}
	fmt.Fprintln(w)
	table(w, []string{"a call to a server that takes 5 ms", "p50", "over no tape"}, rows)
}

// highest returns the 99th percentile.
func highest(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return rank(v, 0.99)
}

// inTime prints ns with three digits.
func inTime(ns float64) string {
	d := time.Duration(ns)
	for unit := time.Duration(10); unit < time.Minute; unit *= 10 {
		if d < 100*unit {
			return d.Round(max(unit/10, 1)).String()
		}
	}
	return d.Round(time.Second).String()
}
