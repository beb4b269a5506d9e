// Package brief writes figures, lists and long texts for people.
package brief

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// Duration returns d rounded to three digits.
func Duration(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}

// Count returns "1 attempt" or "2 attempts".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Size returns a number of bytes in the largest unit that does not exceed it, rounded up: "17 MiB".
func Size(n int64) string {
	for _, u := range []struct {
		n    int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.n {
			return strconv.FormatInt(n/u.n+min(n%u.n, 1), 10) + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " B"
}

// mostLines is how many lines a reader takes in at a glance.
const mostLines = 10

// Lines returns the first ten elements of a list and a line that says how many follow: "and 990
// more". It returns a list of at most eleven unchanged.
func Lines(list []string) []string {
	if len(list) <= mostLines+1 {
		return list
	}
	return append(list[:mostLines:mostLines], "and "+strconv.Itoa(len(list)-mostLines)+" more")
}

// Longest is how many bytes of an error or a note a log line, a ledger and a span show at most.
// net/http quotes what a server sends in place of a status line, which may be megabytes.
const Longest = 4 << 10

// Text returns s, shortened to at most so many bytes. An ellipsis marks the cut and counts as three
// of them.
func Text(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// Seconds returns d in seconds as the float64 nearest to its decimals. d.Seconds adds a fraction to
// whole seconds, and the sum may be a neighbor of that number: 1.0036909999999999 for 1.003691.
func Seconds(d time.Duration) float64 { return float64(d) / 1e9 }
