package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mergeTables merges what two runs of a command print. If a cell of a table or a line differs, the
// result has the range of the two, or both if they are not numbers. Of a cell with quartiles it
// keeps the median. It fails if the runs do not print the same rows.
func mergeTables(first, second string) (string, error) {
	a, b := strings.Split(first, "\n"), strings.Split(second, "\n")
	if len(a) != len(b) {
		return "", fmt.Errorf("one run prints %d lines, the other %d", len(a), len(b))
	}
	var out strings.Builder
	for i := 0; i < len(a); {
		end := i
		for end < len(a) && strings.HasPrefix(a[end], "|") {
			end++
		}
		if end == i {
			text, err := mergeWords(a[i], b[i])
			if err != nil {
				return "", err
			}
			out.WriteString(text + "\n")
			i++
			continue
		}
		rows, err := mergeRows(a[i:end], b[i:end])
		if err != nil {
			return "", err
		}
		table(&out, rows[0], rows[1:])
		i = end
	}
	return strings.TrimRight(out.String(), "\n") + "\n", nil
}

// mergeRows merges the rows of a table, except the second, which is a line.
func mergeRows(a, b []string) (rows [][]string, err error) {
	for i := range a {
		if i == 1 {
			continue
		}
		x, y := cellsOf(a[i]), cellsOf(b[i])
		if len(x) != len(y) || x[0] != y[0] {
			return nil, fmt.Errorf("a row of one run is not that of the other: %q and %q", a[i], b[i])
		}
		for j := range x {
			x[j] = mergeCells(x[j], y[j])
		}
		rows = append(rows, x)
	}
	return rows, nil
}

func cellsOf(line string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// mergeCells returns the range of two numbers or times. If cells have several, separated by
// slashes, it merges each.
func mergeCells(a, b string) string {
	if x, y := strings.Split(a, " / "), strings.Split(b, " / "); len(x) == len(y) && len(x) > 1 {
		for i := range x {
			x[i] = mergeCells(x[i], y[i])
		}
		return strings.Join(x, " / ")
	}
	x, errA := number(a)
	y, errB := number(b)
	switch {
	case errA != nil || errB != nil:
		if a != b {
			return a + ", " + b
		}
		return a
	case x == y:
		return first(a)
	case x > y:
		a, b = b, a
	}
	return first(a) + " to " + first(b)
}

func first(cell string) string {
	word, _, _ := strings.Cut(cell, " ")
	return word
}

// number parses the first word of a cell, a number or a time.
func number(cell string) (float64, error) {
	if d, err := time.ParseDuration(first(cell)); err == nil {
		return float64(d), nil
	}
	return strconv.ParseFloat(first(cell), 64)
}

// mergeWords merges two lines that may differ in their numbers.
func mergeWords(a, b string) (string, error) {
	if a == b {
		return a, nil
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) != len(y) {
		return "", fmt.Errorf("a line of one run is not that of the other: %q and %q", a, b)
	}
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		_, errA := number(x[i])
		_, errB := number(y[i])
		if errA == nil && errB == nil {
			x[i] = mergeCells(x[i], y[i])
		}
	}
	return strings.Join(x, " "), nil
}
