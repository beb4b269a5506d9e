package report

import (
	"strings"
	"unicode"
)

// wide has the ranges that take two columns: East Asian wide and full width, and emoji.
//
//nolint:gochecknoglobals // a table
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x231a, Hi: 0x231b, Stride: 1},
		{Lo: 0x23e9, Hi: 0x23ec, Stride: 1},
		{Lo: 0x2614, Hi: 0x2615, Stride: 1},
		{Lo: 0x2648, Hi: 0x2653, Stride: 1},
		{Lo: 0x26aa, Hi: 0x26ab, Stride: 1},
		{Lo: 0x2705, Hi: 0x2705, Stride: 1},
		{Lo: 0x274c, Hi: 0x274c, Stride: 1},
		{Lo: 0x2753, Hi: 0x2755, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0x4dbf, Stride: 1},
		{Lo: 0x4e00, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xa960, Hi: 0xa97f, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16fe0, Hi: 0x1b2ff, Stride: 1},
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1},
		{Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1faff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// runeWidth returns the number of terminal columns of r.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// width returns the number of terminal columns of s, which must have no control characters.
func width(s string) (w int) {
	for _, r := range s {
		w += runeWidth(r)
	}
	return w
}

// shorten cuts out the middle of s so that it takes at most limit columns.
func shorten(s string, limit int) string {
	if width(s) <= limit {
		return s
	}
	if limit < 1 {
		return ""
	}
	runes := []rune(s)
	// The end of a route says more than its middle, so head and tail share the room.
	room := limit - 1
	head, tail := 0, len(runes)
	for left := (room + 1) / 2; head < len(runes) && runeWidth(runes[head]) <= left; head++ {
		left -= runeWidth(runes[head])
	}
	for left := room / 2; tail > head && runeWidth(runes[tail-1]) <= left; tail-- {
		left -= runeWidth(runes[tail-1])
	}
	for tail < len(runes) && runeWidth(runes[tail]) == 0 {
		tail++
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

func padLeft(s string, w int) string  { return strings.Repeat(" ", max(w-width(s), 0)) + s }
func padRight(s string, w int) string { return s + strings.Repeat(" ", max(w-width(s), 0)) }
