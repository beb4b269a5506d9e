package text

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// days gives exchanges their IDs.
type days struct {
	common store.ID // the day of exchanges that name none
	count  int
	last   map[requestKey]store.ID // the latest day of each request so far
}

// number makes an ID from one that only names the day, or is 0. Within a day, IDs are in the order
// of the file. So are the IDs of one request, whatever days they name.
func (d *days) number(x *store.Exchange) {
	key := x.Key.Request()
	day := max(cmp.Or(x.ID, d.common), d.last[key])
	d.last[key] = day
	d.count++
	x.ID = day + store.ID(d.count) //nolint:gosec // not negative
	x.Start = x.ID.Time()
}

// day returns the day of an ID, in UTC.
func day(id store.ID) string { return id.Time().UTC().Format(time.DateOnly) }

// dayID returns the ID at which a day starts in UTC, or 0 for "".
func dayID(day string) (store.ID, error) {
	if day == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Year() >= maxYear {
		return 0, fmt.Errorf("%.20q is not a day, as 2006-01-02", day)
	}
	return store.IDAt(t), nil
}

// maxYear is the first year that an ID cannot have.
const maxYear = 2500

// commonDay returns the day of most exchanges, which need not name it. Of two equally common days
// it returns the one that the file had before.
func commonDay(before string, list []*store.Exchange) (most string) {
	count := make(map[string]int)
	for _, x := range list {
		count[day(x.ID)]++
	}
	if count[before] > 0 {
		most = before
	}
	for d, n := range count {
		if n > count[most] || n == count[most] && most != before && d > most {
			most = d
		}
	}
	return most
}
