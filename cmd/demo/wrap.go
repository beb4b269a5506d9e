package main

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a line into parts that are no wider than width, if possible. It breaks between two
// columns, which two spaces separate, or else at a space. Further parts are indented by four more
// spaces than the first.
func wrap(line string, width int) []string {
	body := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(body)]
	var out []string
	for utf8.RuneCountInString(indent)+utf8.RuneCountInString(body) > width {
		fits := string([]rune(body)[:width-len(indent)+1])
		at := strings.LastIndex(fits, "  ")
		if at <= width/2 {
			at = strings.LastIndex(fits, " ")
		}
		if at <= 0 {
			break // a word is wider than width
		}
		out = append(out, indent+strings.TrimRight(body[:at], " "))
		body = strings.TrimLeft(body[at:], " ")
		if len(out) == 1 {
			indent += "    "
		}
	}
	return append(out, indent+body)
}
