package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/metrics"
)

// around is the number of lines, besides those of routes, in a frame that leaves out routes: the
// status, the head and the total with their four rules, and the count of the routes left out.
const around = 8

// lineUp returns the lines of a frame. The frame leaves the last row of the terminal to the cursor.
func lineUp(s metrics.Snapshot, st style) []string {
	text := fitted(s, st.width, status) + "\n"
	room := st.height - 1
	keep := room - around
	switch {
	case len(s.Rows) == 0:
	case len(s.Rows)+around-1 <= room:
		text += body(s, st)
	case keep > 0:
		n := uint64(len(s.Rows) - keep) //nolint:gosec // it is positive
		s.Rows = s.Rows[:keep]
		text += body(s, st) + shorten(fmt.Sprintf("and %d more %s", n, plural("route", n)), st.width) + "\n"
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// status returns the line that says how far the work has come.
func status(s metrics.Snapshot) string {
	var b strings.Builder
	b.WriteString(tally(s))
	figure := func(n uint64, text string) {
		if n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, text)
		}
	}
	figure(s.Total.Failures, "failed")
	if s.Total.Retries == 1 {
		figure(1, "retry")
	} else {
		figure(s.Total.Retries, "retries")
	}
	figure(s.Total.BodiesBroken, "broke off")
	figure(s.Total.BodiesLeaked, "never closed")
	if s.InFlight > 0 {
		figure(uint64(s.InFlight), "in flight") //nolint:gosec // it is positive
		w := s.Waiting
		if n := w.Queue + w.Quota + w.Pause + w.Backoff; n > 0 {
			figure(uint64(n), "waiting") //nolint:gosec // as above
		}
	}
	return b.String()
}

// rowsOf returns how many rows lines take on a terminal. Lines that were drawn when the terminal
// was wider take several rows each.
func rowsOf(lines []string, columns int) (rows int) {
	for _, line := range lines {
		rows += max(1, (visible(line)+columns-1)/max(1, columns))
	}
	return rows
}

// up moves the cursor to the start of the line that many rows above.
func up(b *bytes.Buffer, rows int) {
	if rows > 0 {
		fmt.Fprintf(b, "\x1b[%dA", rows)
	}
	b.WriteByte('\r')
}

// visible returns the width of a line without its colors.
func visible(line string) (w int) {
	for {
		text, rest, colored := strings.Cut(line, "\x1b[")
		w += width(text)
		if !colored {
			return w
		}
		_, line, _ = strings.Cut(rest, "m")
	}
}
