package report

import (
	"io"
	"os"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

const (
	totalName  = "TOTAL"
	shortRoute = 20 // the width to which a route is shortened before a column is dropped
	leastRoute = 8  // the width to which it is shortened when no column is left to drop
)

// Table writes a table of the sources: a row for each method and route, busiest first, and the
// total. It fits the terminal and is colored as the package comment says. It returns the error
// of the writer, if any.
//
//	defer report.Table(os.Stdout, stats)
func Table(w io.Writer, sources ...Source) error {
	_, err := io.WriteString(w, table(read(sources), styleOf(w, os.Getenv)))
	return err
}

// A grid is a table with its layout. The first columns are text, the rest numbers.
type grid struct {
	heads  []string
	drop   []int
	widths []int
	rows   [][]gridCell
	left   int // the number of columns that are text
}

type gridCell struct {
	text  string
	fault fault
}

func table(s metrics.Snapshot, st style) string {
	var b strings.Builder
	b.WriteString(fitted(s, st.width, title) + "\n")
	if len(s.Rows) > 0 {
		b.WriteString(body(s, st))
	}
	return b.String()
}

// body returns a table of at least one row, without the title.
func body(s metrics.Snapshot, st style) string {
	var b strings.Builder
	g := newGrid(s)
	g.fit(st.width)
	g.rule(&b, "╭", "┬", "╮")
	g.line(&b, plain(g.heads), false)
	g.rule(&b, "├", "┼", "┤")
	for i, row := range g.rows {
		if i == len(g.rows)-1 {
			g.rule(&b, "├", "┼", "┤")
		}
		g.line(&b, row, st.color)
	}
	g.rule(&b, "╰", "┴", "╯")
	return b.String()
}

func newGrid(s metrics.Snapshot) *grid {
	g := &grid{heads: []string{"Route"}, drop: []int{1000}, left: 1}
	clients := severalClients(s)
	if clients {
		g.heads, g.drop, g.left = []string{"Client", "Route"}, []int{clientDrop, 1000}, 2
	}
	shown := neededColumns(s.Total)
	for _, c := range shown {
		g.heads, g.drop = append(g.heads, c.head), append(g.drop, c.drop)
	}
	add := func(client, route string, r metrics.Row) {
		cells := plain([]string{route})
		if clients {
			cells = plain([]string{client, route})
		}
		for _, c := range shown {
			v := c.value(r)
			cells = append(cells, gridCell{human(v), c.severity(v)})
		}
		g.rows = append(g.rows, cells)
	}
	for _, r := range s.Rows {
		add(safetext.Replace(r.Client), route(r), r)
	}
	if clients {
		add(totalName, "", s.Total)
	} else {
		add("", totalName, s.Total)
	}
	for i, h := range g.heads {
		g.widths = append(g.widths, width(h))
		for _, row := range g.rows {
			g.widths[i] = max(g.widths[i], width(row[i].text))
		}
	}
	return g
}

func plain(texts []string) []gridCell {
	cells := make([]gridCell, len(texts))
	for i, t := range texts {
		cells[i].text = t
	}
	return cells
}

// fit makes the table at most limit wide. It drops columns until a short route fits, and then gives
// the route the width that is left.
func (g *grid) fit(limit int) {
	route := g.left - 1
	natural := g.widths[route]
	g.widths[route] = min(natural, shortRoute)
	for g.width() > limit {
		first := 0
		for i, d := range g.drop {
			if d < g.drop[first] {
				first = i
			}
		}
		if g.drop[first] >= 99 {
			break
		}
		if g.heads[first] == "Client" {
			g.dropClient()
			route = 0
			continue
		}
		g.cut(first)
	}
	g.widths[route] = min(natural, max(g.widths[route]+limit-g.width(), leastRoute))
	for _, row := range g.rows {
		row[route].text = shorten(row[route].text, g.widths[route])
	}
}

// dropClient drops the client column and moves the name of the total to the next column.
func (g *grid) dropClient() {
	last := g.rows[len(g.rows)-1]
	last[1].text = last[0].text
	g.left = 1
	g.cut(0)
}

func (g *grid) cut(i int) {
	g.heads = append(g.heads[:i], g.heads[i+1:]...)
	g.drop = append(g.drop[:i], g.drop[i+1:]...)
	g.widths = append(g.widths[:i], g.widths[i+1:]...)
	for n, row := range g.rows {
		g.rows[n] = append(row[:i], row[i+1:]...)
	}
}

func (g *grid) width() int {
	w := 1
	for _, c := range g.widths {
		w += c + 3
	}
	return w
}

func (g *grid) rule(b *strings.Builder, left, middle, right string) {
	for i, w := range g.widths {
		if i == 0 {
			b.WriteString(left)
		} else {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat("─", w+2))
	}
	b.WriteString(right + "\n")
}

func (g *grid) line(b *strings.Builder, cells []gridCell, color bool) {
	for i, c := range cells {
		text := padLeft(c.text, g.widths[i])
		if i < g.left {
			text = padRight(c.text, g.widths[i])
		}
		if color && c.fault != harmless {
			text = paint(text, c.fault)
		}
		b.WriteString("│ " + text + " ")
	}
	b.WriteString("│\n")
}

func paint(text string, f fault) string {
	if f == failure {
		return "\x1b[31m" + text + "\x1b[0m"
	}
	return "\x1b[33m" + text + "\x1b[0m"
}
