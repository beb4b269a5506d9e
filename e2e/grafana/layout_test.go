package grafana

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// gridWidth is the width of a dashboard's grid.
const gridWidth = 24

// A place is the place of a panel or a row on the grid.
type place struct {
	title string
	id    uint32
	at    dashboard.GridPos
}

// layout returns panels without a place or an id, panels that share an id or overlap, and panels
// that are wider than the grid.
func (b *board) layout() (found []string) {
	var places []place
	for _, p := range b.decoded.Panels {
		var one place
		switch {
		case p.Panel != nil && p.Panel.GridPos != nil:
			one = place{title: title(p.Panel), at: *p.Panel.GridPos}
			if p.Panel.Id != nil {
				one.id = *p.Panel.Id
			}
		case p.RowPanel != nil && p.RowPanel.GridPos != nil && p.RowPanel.Title != nil:
			one = place{title: *p.RowPanel.Title, id: p.RowPanel.Id, at: *p.RowPanel.GridPos}
		default:
			found = append(found, "a panel has no place, or no title")
			continue
		}
		if one.id == 0 {
			found = append(found, one.title+" has no id")
		}
		if one.at.W == 0 || one.at.H == 0 || one.at.X+one.at.W > gridWidth {
			found = append(found, fmt.Sprintf("%s is wider than the grid, or has no extent: %+v", one.title, one.at))
		}
		for _, other := range places {
			if one.id == other.id && one.id != 0 {
				found = append(found, fmt.Sprintf("%s and %s have the id %d", other.title, one.title, one.id))
			}
			if one.over(other) {
				found = append(found, fmt.Sprintf("%s lies over %s", one.title, other.title))
			}
		}
		places = append(places, one)
	}
	return found
}

// over reports whether two places have a cell in common.
func (p place) over(o place) bool {
	return p.at.X < o.at.X+o.at.W && o.at.X < p.at.X+p.at.W && p.at.Y < o.at.Y+o.at.H && o.at.Y < p.at.Y+p.at.H
}
