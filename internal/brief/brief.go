// Package brief writes figures and lists for people.
package brief

import (
	"strconv"
	"time"
)

// Duration rounds d to three digits.
func Duration(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
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
