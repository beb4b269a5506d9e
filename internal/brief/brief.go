// Package brief writes figures, lists and long texts for people.
package brief

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// Duration rounds d to three digits.
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

// Size returns a number of bytes in the largest unit that fits, rounded up: "17 MiB".
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

// mostLines is how many things a reader sees at a glance.
const mostLines = 10

// Lines returns the first ten of a list and how many follow them: "and 990 more". A list that is one longer is returned
// whole.
func Lines(list []string) []string {
	if len(list) <= mostLines+1 {
		return list
	}
	return append(list[:mostLines:mostLines], "and "+strconv.Itoa(len(list)-mostLines)+" more")
}

// Longest is how many bytes a log line, a ledger and a span have at most of an error or a note: net/http
// quotes what a server sends in place of a status line, up to megabytes.
const Longest = 4 << 10

// Text returns a text, or the beginning of one that has more than so many bytes, with an ellipsis
// that counts as its three.
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

// Seconds returns the number that is written with the decimals of d and no others. It divides once: d.Seconds adds a
// fraction to whole seconds, and the sum may be the number beside the one that is meant, 1.0036909999999999 for 1.003691.
func Seconds(d time.Duration) float64 { return float64(d) / 1e9 }
