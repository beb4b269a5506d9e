package metrics

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// Ten thousand routes must cost what two hundred do.
func TestRoutesAreCapped(t *testing.T) {
	fill := func(n int) (*store, uint64) {
		s := newStore()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		over := uint64(0)
		for i := range n {
			sr, o := s.find("GET", fmt.Sprintf("/r/%d", i))
			sr.calls[accepted].add(200)
			sr.durations[accepted].observe(1)
			if o {
				over++
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if over != uint64(max(n-maxRoutes, 0)) {
			t.Errorf("%d of %d calls overflowed", over, n)
		}
		return s, after.HeapAlloc - before.HeapAlloc
	}
	few, small := fill(maxRoutes)
	many, large := fill(10000)
	if len(few.index.Load().series) != maxRoutes || len(many.index.Load().series) != maxRoutes+1 {
		t.Errorf("%d and %d series", len(few.index.Load().series), len(many.index.Load().series))
	}
	if other, _ := many.find("GET", "/never seen"); other.route != otherRoute || other.calls[accepted].total() != 10000-maxRoutes {
		t.Errorf("%q has %d calls", other.route, other.calls[accepted].total())
	}
	if large > small+small/4 {
		t.Errorf("%d routes take %d bytes, 10000 take %d", maxRoutes, small, large)
	}
	// A known route of another method is not an overflow.
	if sr, over := many.find("POST", "/r/7"); over || sr.route != "/r/7" {
		t.Errorf("POST on a known route is booked under %q, overflow %v", sr.route, over)
	}
	runtime.KeepAlive(few)
}

func TestMethods(t *testing.T) {
	s := newStore()
	for i := range 1000 {
		s.find(fmt.Sprintf("METHOD%d", i), "/r")
	}
	if n := len(s.index.Load().series); n != 1 {
		t.Errorf("%d series for made up methods", n)
	}
	for in, want := range map[string]string{"": "GET", "PATCH": "PATCH", "get": "_OTHER", "QUERY": "_OTHER", "\xff": "_OTHER"} {
		if got := method(in); got != want {
			t.Errorf("method(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	s := newStore()
	a, _ := s.find("GET", "/\xff")
	b, _ := s.find("GET", "/\xfe")
	if a != b || a.route != "/\uFFFD" {
		t.Errorf("%q and %q", a.route, b.route)
	}
	long, _ := s.find("GET", "/"+strings.Repeat("ö", 500))
	if len(long.route) > longest || !utf8.ValidString(long.route) {
		t.Errorf("%d bytes, valid %v", len(long.route), utf8.ValidString(long.route))
	}
	escape, _ := s.find("GET", "/\x1b[2J\u202e\n")
	if want := "/\uFFFD[2J\uFFFD\uFFFD"; escape.route != want {
		t.Errorf("%q, want %q", escape.route, want)
	}
	if n := len(s.index.Load().series); n != 3 {
		t.Errorf("%d series", n)
	}
}

func TestCodes(t *testing.T) {
	var c codes
	want := map[string]uint64{"100": 1, "200": 2, "404": 1, "599": 1, "none": 1, "other": 3}
	for _, status := range []int{100, 200, 200, 404, 599, 0, -1, 99, 600} {
		c.add(status)
	}
	got := map[string]uint64{}
	c.each(func(l string, n uint64) { got[l] = n })
	if fmt.Sprint(got) != fmt.Sprint(want) || c.total() != 9 || c.class(2) != 2 || c.class(3) != 0 {
		t.Errorf("%v, total %d", got, c.total())
	}
}
