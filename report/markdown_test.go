package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestMarkdownIsAValidTable(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, pokeapi()); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", b.String())
	rows := lines(b.String())[2:]
	for _, row := range rows {
		bare := strings.ReplaceAll(row, `\|`, "")
		if strings.Count(bare, "|") != strings.Count(rows[1], "|") {
			t.Errorf("another number of cells: %s", row)
		}
	}
}
