package report

import (
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

const nothing = "no calls were made"

// none returns the text for a report without calls. Only calls that have returned count.
func none(s metrics.Snapshot) string {
	if s.InFlight > 0 {
		return "no calls have returned"
	}
	return nothing
}

// title returns the first line of a report.
func title(s metrics.Snapshot) string {
	text := tally(s)
	if s.InFlight > 0 {
		text += fmt.Sprintf(", %d in flight", s.InFlight)
	}
	if s.Total.Calls > 0 && (s.Total.Recorded > 0 || s.Total.Replayed > 0) {
		text += fmt.Sprintf(" (%d recorded / %d replayed)", s.Total.Recorded, s.Total.Replayed)
	}
	return text
}

// tally returns how many calls there were, and over what time.
func tally(s metrics.Snapshot) string {
	var b strings.Builder
	if s.Client != "" {
		b.WriteString(safetext.Replace(s.Client) + ": ")
	}
	if s.Total.Calls == 0 {
		return b.String() + none(s)
	}
	fmt.Fprintf(&b, "%d %s in %s", s.Total.Calls, plural("call", s.Total.Calls), humanDuration(s.Total.Last.Sub(s.Total.First)))
	return b.String()
}

// fitted returns a line about all calls that takes at most limit columns. If it is too long, it
// shortens the name of the client first, since the middle of the line says how many calls failed.
func fitted(s metrics.Snapshot, limit int, line func(metrics.Snapshot) string) string {
	if over := width(line(s)) - limit; over > 0 {
		name := safetext.Replace(s.Client)
		s.Client = shorten(name, max(width(name)-over, leastRoute))
	}
	return shorten(line(s), limit)
}

func plural(word string, n uint64) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// allReplayed reports whether all responses came from a recording.
func allReplayed(s metrics.Snapshot) bool {
	return s.Total.Replayed > 0 && s.Total.Attempts == 0
}
