package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table prints rows as Markdown with aligned columns.
func table(w io.Writer, head []string, rows [][]string) {
	width := make([]int, len(head))
	for _, r := range append([][]string{head}, rows...) {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	line := func(cells []string) {
		for i, c := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if i == 0 {
				fmt.Fprintf(w, "| %s%s ", c, pad)
			} else {
				fmt.Fprintf(w, "| %s%s ", pad, c)
			}
		}
		fmt.Fprintln(w, "|")
	}
	line(head)
	for i, n := range width {
		if i == 0 {
			fmt.Fprintf(w, "|%s", strings.Repeat("-", n+2))
		} else {
			fmt.Fprintf(w, "|%s:", strings.Repeat("-", n+1))
		}
	}
	fmt.Fprintln(w, "|")
	for _, r := range rows {
		line(r)
	}
}

// costs prints the sections.
func costs(w io.Writer, benches map[string]*bench) {
	b := benches[bare]
	c := b.cost
	fmt.Fprintf(w, "Bare: %.0f ns of processor, %.0f ns of wall, %.0f B, %.0f allocation; on both cores %.0f ns, %.0f ns.\n",
		quartilesOf(pick(c[oneCore], cpuOf)).mid, quartilesOf(pick(c[oneCore], wallOf)).mid, b.memory.bytes, b.memory.allocs,
		quartilesOf(pick(c[bothCores], cpuOf)).mid, quartilesOf(pick(c[bothCores], wallOf)).mid)
	for _, s := range sections() {
		head := []string{"what", "processor ns", "quartiles", "p5", "wall ns", "B", "allocs", "both cores: processor ns", "wall ns"}
		aims := s.aims()
		if aims {
			head = append(head, "aim")
		}
		var rows [][]string
		for _, r := range s.rows {
			f, ok := r.work(benches)
			if !ok {
				continue
			}
			one, two := f.cost[oneCore], f.cost[bothCores]
			cells := []string{
				r.text, ns(one.cpu.mid), ns(one.cpu.low) + " to " + ns(one.cpu.high), ns(f.p5), ns(one.wall.mid),
				whole(f.memory.bytes), whole(f.memory.allocs), "-", "-",
			}
			if f.bothCores {
				cells[7], cells[8] = ns(two.cpu.mid), ns(two.wall.mid)
			}
			if aims {
				cells = append(cells, r.goal())
			}
			rows = append(rows, cells)
		}
		if len(rows) > 0 {
			fmt.Fprintf(w, "\n### %s\n\n", s.title)
			table(w, head, rows)
		}
	}
}

// aims reports whether a row has a target.
func (s section) aims() bool {
	for _, r := range s.rows {
		if r.aim > 0 {
			return true
		}
	}
	return false
}

func (r row) goal() string {
	if r.aim == 0 {
		return ""
	}
	return ns(r.aim)
}

// lines prints the red lines. It reports whether all are kept, except those of times.
func lines(w io.Writer, l []redLine) bool {
	ok := true
	var rows [][]string
	for _, r := range l {
		word := "kept"
		if !r.ok {
			word, ok = "**crossed**", ok && r.time
		}
		rows = append(rows, []string{r.text, r.got, word})
	}
	fmt.Fprintf(w, "\n### Red lines\n\n")
	table(w, []string{"bound", "measured", "result"}, rows)
	return ok
}

// ns prints a time.
func ns(v float64) string {
	if v > -10 && v < 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return fmt.Sprintf("%.0f", v)
}

// whole prints a count. It may be a fraction, since a row may be a tenth of a stack.
func whole(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

func pick(v []sample, of func(sample) float64) []float64 {
	out := make([]float64, len(v))
	for i, s := range v {
		out[i] = of(s)
	}
	return out
}

func cpuOf(s sample) float64  { return s.cpu }
func wallOf(s sample) float64 { return s.wall }
