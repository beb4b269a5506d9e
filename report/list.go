package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// List writes a numbered block for each method and route, busiest first, and one for the total.
// It is for output that is too narrow for a table. It returns the error of the writer, if any.
func List(w io.Writer, sources ...Source) error {
	_, err := io.WriteString(w, list(read(sources)))
	return err
}

func list(s metrics.Snapshot) string {
	var b strings.Builder
	b.WriteString(title(s) + "\n")
	if len(s.Rows) == 0 {
		return b.String()
	}
	clients := severalClients(s)
	for i, r := range s.Rows {
		name := route(r)
		if clients {
			name = safetext.Replace(r.Client) + " " + name
		}
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, name)
		block(&b, r, s.Total)
	}
	b.WriteString("\n" + totalName + "\n")
	block(&b, s.Total, s.Total)
	return b.String()
}

func block(b *strings.Builder, r, total metrics.Row) {
	shown := neededColumns(total)
	heads := 0
	for _, c := range shown {
		heads = max(heads, width(c.head))
	}
	for _, c := range shown {
		fmt.Fprintf(b, "   %s  %s\n", padRight(c.head, heads), human(c.value(r)))
	}
}
