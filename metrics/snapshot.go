package metrics

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Snapshot is what a [Recorder] has counted so far, or since its last Reset. It is a value:
// nothing in it changes afterwards.
//
// Its JSON is stable: names and meanings do not change, but later versions may add members. Times
// are RFC 3339, durations integers of nanoseconds, and every counter is present even if it is
// zero.
type Snapshot struct {
	// Client is the name given to New. After [Merge] it is the names in order, separated by ", ".
	Client string `json:"client"`
	// From and To are the times between which the calls were counted.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// InFlight is the number of calls that were running at To. A call runs until the headers of
	// its response.
	InFlight int64 `json:"in_flight"`
	// Waiting is the number of attempts that were waiting at To, by the kind of wait.
	Waiting Waiting `json:"waiting"`
	// Overflow is the number of calls counted under the route "other" since the bound of 200 routes was reached.
	Overflow uint64 `json:"routes_overflow"`
	// Total is the sum of Rows. Distributions are added, so its mean and quantiles are those of
	// all calls and its maximum is the real one.
	Total Row `json:"total"`
	// Rows has a row for each client, method and route, by descending number of calls.
	Rows []Row `json:"rows"`
}

// Merge joins snapshots of several recorders or of several processes. Rows of the same client,
// method and route become one. Total is the sum of the new rows.
func Merge(snapshots ...Snapshot) Snapshot {
	var m Snapshot
	var clients []string
	for _, s := range snapshots {
		if s.Client != "" && !slices.Contains(clients, s.Client) {
			clients = append(clients, s.Client)
		}
		m.From = earlier(m.From, s.From)
		m.To = later(m.To, s.To)
		m.InFlight += s.InFlight
		m.Waiting = m.Waiting.add(s.Waiting)
		m.Overflow += s.Overflow
		m.Rows = append(m.Rows, s.Rows...)
	}
	m.Client = strings.Join(clients, ", ")
	m.mergeRows()
	return m
}

// mergeRows adds up rows of the same name, sorts the rows by calls, and computes the total.
func (s *Snapshot) mergeRows() {
	slices.SortStableFunc(s.Rows, byName)
	rows := make([]Row, 0, len(s.Rows))
	for _, r := range s.Rows {
		if n := len(rows); n > 0 && byName(rows[n-1], r) == 0 {
			rows[n-1] = rows[n-1].Add(r)
			continue
		}
		rows = append(rows, r)
	}
	s.Total = Row{}
	for _, r := range rows {
		s.Total = s.Total.Add(r)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(b.Calls, a.Calls) })
	s.Rows = rows
}

// byName orders rows by client, route and method.
func byName(a, b Row) int {
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method))
}
