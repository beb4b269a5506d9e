//go:build !older

package main

import (
	"fmt"
	"io"
)

// Goals for the ratio to commit 9737447.
const (
	goalLookup      = 0.7
	goalLookupWorst = 0.2
	goalOpen        = 1.0 // for the largest tape
	goalRecordBolt  = 0.2
	goalRecordText  = 0.05
	goalRecordCPU   = 0.4
	goalBytes       = 0.5
	goalFlat        = 1.2 // our lookup in the largest tape over that in the tape of 10,000
)

// printBeside prints the ratios, the goals, and the control.
func (b *tapeBench) printBeside(w io.Writer, base string) {
	fmt.Fprintf(w, "This build over %s, whole calls with their caller.\n\n", base)
	var rows [][]string
	var kept, control []redLine
	goal := func(what string, k besideKind, n int, bound float64) (line, controlled redLine) {
		ours, theirs := seriesKey(what, besideName(k.name, thisBuild), n), seriesKey(what, besideName(k.name, base), n)
		once := seriesKey(what, besideName(k.name, again), n)
		text := fmt.Sprintf("%s, %s, %d: at most %g", what, k.name, n, bound)
		x, y := b.ratio(ours, theirs), b.ratio(once, theirs)
		return redLine{text, fmt.Sprintf("%.2f", x), x <= bound, true}, redLine{text, fmt.Sprintf("%.2f", y), y <= bound, true}
	}
	both := func(line, controlled redLine) {
		kept, control = append(kept, line), append(control, controlled)
	}
	for _, n := range b.sizes {
		for _, k := range besideKinds() {
			if n > k.most {
				continue
			}
			name := func(build string) string { return besideName(k.name, build) }
			ratio := func(what string) string {
				return spreadOf(2, b.ratios(seriesKey(what, name(thisBuild), n), seriesKey(what, name(base), n)))
			}
			rows = append(rows, []string{
				fmt.Sprintf("%s, %d", k.name, n), ratio(toRecordCPU), ratio(toRecord), ratio(toHold), ratio(toRecord + toAllocate), ratio(toRecord + toTake),
				ratio(toLookUp), ratio(toLookUpWorst), ratio(toLookUp + toAllocate), ratio(toLookUp + toTake), ratio(toOpen),
			})
			record := goalRecordBolt
			if k.name == onText {
				record = goalRecordText
			}
			if n >= middle {
				both(goal(toRecord, k, n, record))
				both(goal(toRecordCPU, k, n, goalRecordCPU))
				both(goal(toHold, k, n, goalBytes))
			}
			both(goal(toLookUp, k, n, goalLookup))
			both(goal(toLookUpWorst, k, n, goalLookupWorst))
		}
	}
	most := b.sizes[len(b.sizes)-1]
	open, _ := goal(toOpen, besideKinds()[0], most, goalOpen) // compared with itself, the commit is already at this goal
	kept = append(kept, open)
	table(w, []string{
		"tape", "a recording, with Close: processor time, over the base", "its time", "bytes of the file", "allocations", "bytes allocated",
		"a lookup: median", "its p99", "allocations", "bytes allocated", "open and close",
	}, rows)
	if most > middle {
		flat := b.mid(toLookUp, besideName(onBolt, thisBuild), most) / b.mid(toLookUp, besideName(onBolt, thisBuild), middle)
		kept = append(kept, redLine{fmt.Sprintf("lookup at %d over that at %d: at most %g", most, middle, goalFlat), fmt.Sprintf("%.2f", flat), flat <= goalFlat, true})
	}
	fmt.Fprintf(w, "\n### Goals\n\n")
	goals(w, kept)
	fmt.Fprintf(w, "\n### The control: %s beside itself, which must miss them\n\n", base)
	goals(w, control)
}

// goals prints goals and whether they are reached.
func goals(w io.Writer, list []redLine) {
	var rows [][]string
	for _, l := range list {
		word := "missed"
		if l.ok {
			word = "**reached**"
		}
		rows = append(rows, []string{l.text, l.got, word})
	}
	table(w, []string{"goal", "measured", "result"}, rows)
}
