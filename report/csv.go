package report

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// CSV writes a header line, a line for each client, method and route, and the total with the
// route "TOTAL". Numbers are plain and times are in seconds. What does not exist, such as the
// mean of no calls, is empty. It returns the error of the writer, if any.
func CSV(w io.Writer, sources ...Source) error {
	out := csv.NewWriter(w)
	if err := out.WriteAll(records(read(sources))); err != nil {
		return err
	}
	return out.Error()
}

func records(s metrics.Snapshot) [][]string {
	all := columns()
	head := []string{"client", "method", "route"}
	for _, c := range all {
		head = append(head, c.name)
	}
	lines := [][]string{head}
	add := func(client, method, route string, r metrics.Row) {
		line := []string{cell(client), cell(method), cell(route)}
		for _, c := range all {
			line = append(line, machine(c.value(r)))
		}
		lines = append(lines, line)
	}
	for _, r := range s.Rows {
		add(r.Client, r.Method, r.Route, r)
	}
	add(s.Client, "", totalName, s.Total)
	return lines
}

// cell returns a name that no spreadsheet takes for a formula, not even after leading spaces.
func cell(text string) string {
	text = safetext.Replace(text)
	if strings.ContainsAny(first(strings.TrimLeft(text, " ")), "=+-@＝＋－＠") {
		return "'" + text
	}
	return text
}

func first(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
