package report

import (
	"io"
	"strings"

	"github.com/gracy-go/gracy/metrics"
)

// Markdown writes a table in GitHub's syntax, with all columns that say something. It returns the
// error of the writer, if any.
func Markdown(w io.Writer, sources ...Source) error {
	_, err := io.WriteString(w, markdown(read(sources)))
	return err
}

func markdown(s metrics.Snapshot) string {
	var b strings.Builder
	b.WriteString(escapeMarkdown(title(s)) + "\n")
	if len(s.Rows) == 0 {
		return b.String()
	}
	g := newGrid(s)
	b.WriteString("\n| " + strings.Join(g.heads, " | ") + " |\n|")
	for i := range g.heads {
		if i < g.left {
			b.WriteString(":---|")
		} else {
			b.WriteString("---:|")
		}
	}
	b.WriteString("\n")
	for i, row := range g.rows {
		b.WriteString("|")
		for n, c := range row {
			text := c.text
			switch {
			case i == len(g.rows)-1 && text != "":
				text = "**" + text + "**"
			case n < g.left:
				text = code(text)
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// code returns text as a code span for a table cell. In a cell a pipe must be escaped even there.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(text) + "`"
}

//nolint:gochecknoglobals // a table
var markdownSpecial = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "#", `\#`, "~", `\~`, "!", `\!`, "&", `\&`)

func escapeMarkdown(text string) string { return markdownSpecial.Replace(text) }
