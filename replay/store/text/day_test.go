package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// The day of a tape that is recorded anew is one line. Exchanges added later have a line each.
func TestTheDayIsNamedOnce(t *testing.T) {
	path := tempTape(t)
	list := func(at time.Time, n int) (l []*store.Exchange) {
		for i := range n {
			l = append(l, recorded(at, i, fmt.Sprintf("http://h/%d", i), "[]"))
		}
		return l
	}
	a := session(t, path, 0, list(morning(), 5)...)
	next := morning().AddDate(0, 0, 1)
	b := session(t, path, store.IDAt(next), list(next, 5)...)
	if d := diff(a, b); !slices.Equal(d, []string{`-  "recorded": "2026-11-28",`, `+  "recorded": "2026-11-29",`}) {
		t.Errorf("the same on the next day: %q", d)
	}
	after := next.AddDate(0, 0, 1)
	c := session(t, path, 0, recorded(after, 0, "http://h/new", "[]"))
	if strings.Count(c, `"recorded"`) != 2 || !strings.Contains(c, `      "recorded": "2026-11-30"`) {
		t.Errorf("one more on the day after: %s", c)
	}
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	ids := tapetest.IDs(t, s, store.IDAt(after.Truncate(24*time.Hour)))
	if len(ids) != 1 || day(ids[0]) != "2026-11-30" {
		t.Errorf("after that day began: %v", ids)
	}
}

func TestCommonDay(t *testing.T) {
	of := func(days ...int) (list []*store.Exchange) {
		for _, d := range days {
			list = append(list, recorded(morning().AddDate(0, 0, d), 1, "http://h/", ""))
		}
		return list
	}
	for _, c := range []struct {
		before string
		days   []int
		want   string
	}{
		{"", nil, ""},
		{"2026-11-28", nil, ""},
		{"", []int{0, 1, 1}, "2026-11-29"},
		{"2026-11-28", []int{0, 1}, "2026-11-28"},
		{"2026-11-28", []int{0, 1, 1}, "2026-11-29"},
		{"2026-11-20", []int{0, 1}, "2026-11-29"},
	} {
		if got := commonDay(c.before, of(c.days...)); got != c.want {
			t.Errorf("%s, %v: %s, want %s", c.before, c.days, got, c.want)
		}
	}
}

// Exchanges of one request are in the order of the file, those of different requests by day.
func TestNumbers(t *testing.T) {
	c, err := parse("f", []byte(`{"tape":"gracy tape","schema":2,"recorded":"2026-11-20","exchanges":[
		{"request":{"url":"http://h/a"},"fault":{"text":"1"},"recorded":"2026-11-28"},
		{"request":{"url":"http://h/b"},"fault":{"text":"2"}},
		{"request":{"url":"http://h/a"},"fault":{"text":"3"}},
		{"request":{"url":"http://h/b"},"fault":{"text":"4"},"recorded":"2026-11-21"}]}`))
	tapetest.Must(t, err)
	slices.SortFunc(c.exchanges, byID)
	got := ""
	for _, x := range c.exchanges {
		got += x.Fault.Text + " " + day(x.ID) + ", "
		if !x.Start.Equal(x.ID.Time()) {
			t.Errorf("%s started %v", x.Fault.Text, x.Start)
		}
	}
	if got != "2 2026-11-20, 4 2026-11-21, 1 2026-11-28, 3 2026-11-28, " {
		t.Errorf("got %s", got)
	}
}
