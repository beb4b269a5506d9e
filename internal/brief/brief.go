// Package brief writes figures for people.
package brief

import "time"

// Duration rounds d to three digits.
func Duration(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}
