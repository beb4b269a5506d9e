package report

import (
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/metrics"
)

const nothing = "no calls were made"

// title returns the first line of a report.
func title(s metrics.Snapshot) string {
	if s.Total.Calls > 0 && (s.Total.Recorded > 0 || s.Total.Replayed > 0) {
		return fmt.Sprintf("%s (%d recorded / %d replayed)", tally(s), s.Total.Recorded, s.Total.Replayed)
	}
	return tally(s)
}

// tally says how many calls there were, and in what time.
func tally(s metrics.Snapshot) string {
	var b strings.Builder
	if s.Client != "" {
		b.WriteString(clean(s.Client) + ": ")
	}
	if s.Total.Calls == 0 {
		return b.String() + nothing
	}
	fmt.Fprintf(&b, "%d %s in %s", s.Total.Calls, plural("call", s.Total.Calls), humanDuration(s.Total.Last.Sub(s.Total.First)))
	return b.String()
}

func plural(word string, n uint64) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// allReplayed reports whether all responses came from a recording, none from the network.
func allReplayed(s metrics.Snapshot) bool {
	return s.Total.Replayed > 0 && s.Total.Attempts == 0
}
