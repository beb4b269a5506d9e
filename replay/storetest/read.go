package storetest

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/gracy-go/gracy/replay/store"
)

func scansByID(p *probe) {
	s := p.start()
	const n = 300
	var want []string
	for i := 0; i < n; i += 30 { // batches, of which each is by ID and none is in order
		var list []*store.Exchange
		for k := i; k < i+30; k++ {
			list = append(list, exchange(store.ID(1+(k%2)*n+k/2), fmt.Sprintf("https://api.test/%d", k%7)))
		}
		slices.SortFunc(list, func(a, b *store.Exchange) int { return int(a.ID) - int(b.ID) }) //nolint:gosec // small
		p.add(s, list...)
	}
	for k := range n {
		want = append(want, strconv.Itoa(1+k/150*n+k%150))
	}
	for range 2 {
		all := p.scan(s, 0)
		if got := texts(all); !slices.Equal(got, want) {
			p.Fatalf("Scan gives %v, want all by ID: %v", got, want)
		}
		if !slices.IsSortedFunc(all, func(a, b *store.Exchange) int { return int(a.ID) - int(b.ID) }) { //nolint:gosec // small
			p.Errorf("Scan does not give the IDs in their order")
		}
		if got := texts(p.scan(s, all[n-3].ID)); !slices.Equal(got, want[n-2:]) {
			p.Errorf("Scan after the last but two gives %v, want %v", got, want[n-2:])
		}
		twice, count := s.Scan(0), 0
		for range 2 {
			for _, err := range twice {
				p.must("Scan", err)
				count++
			}
		}
		if count != 2*n {
			p.Errorf("a Scan that is ranged over twice gives %d exchanges, want %d each time", count, n)
		}
		s = p.again(s)
	}
}

func endsAScan(p *probe) {
	s := p.start()
	if got := p.scan(s, 0); len(got) != 0 {
		p.Errorf("Scan of an empty storage gives %d", len(got))
	}
	for i := range 10 {
		p.add(s, exchange(store.ID(i+1), "https://api.test/"))
	}
	n := 0
	for x, err := range s.Scan(0) {
		p.must("Scan", err)
		// A tape changes the storage while it walks.
		if !p.stays {
			p.must("Delete", s.Delete(x.ID))
		}
		if n++; n == 3 {
			break
		}
	}
	if p.stays {
		return
	}
	if got := texts(p.scan(s, 0)); !slices.Equal(got, []string{"4", "5", "6", "7", "8", "9", "10"}) {
		p.Errorf("a Scan that was left after 3, each of which was deleted, leaves %v", got)
	}
}

func findsTheNextOfAKey(p *probe) {
	s := p.start()
	var a, b []*store.Exchange
	for i := range 20 {
		x := exchange(store.ID(i+1), []string{"https://api.test/a", "https://api.test/b"}[i%2])
		if i%2 == 0 {
			a = append(a, x)
		} else {
			b = append(b, x)
		}
		p.add(s, x)
	}
	for range 2 {
		for _, list := range [][]*store.Exchange{a, b} {
			var after store.ID
			for i, want := range list {
				x := p.find(s, want.Key, after)
				if string(x.Response.Body) != string(want.Response.Body) || x.Key != want.Key {
					p.Fatalf("Find number %d of %s gives %s %s, want %s", i, want.Request.URL, x.Request.URL, x.Response.Body, want.Response.Body)
				}
				after = x.ID
			}
			p.missing(s, list[0].Key, after)
		}
		p.missing(s, exchange(0, "https://api.test/c").Key, 0)
		p.missing(s, madeBy(exchange(0, "https://api.test/a"), 1).Key, 0)
		s = p.again(s)
	}
}

func nearsTheSameRequestFirst(p *probe) {
	s := p.start()
	p.add(s,
		exchange(1, "https://api.test/other"), exchange(2, "https://else.test/b"), exchange(3, "https://api.test/b?q=1"),
		madeBy(exchange(4, "https://api.test/b"), 1), exchange(5, "https://api.test/b?q=2"), madeBy(exchange(6, "https://api.test/b"), 2),
		exchange(7, "https://api.test/bb"))
	for range 2 {
		near, err := s.Near(madeBy(exchange(0, "https://api.test/b"), 9).Key, 10)
		p.must("Near", err)
		got := texts(near)
		for _, group := range []int{2, 4, 6} {
			if len(got) >= group {
				slices.Sort(got[group-2 : group])
			}
		}
		if want := []string{"4", "6", "3", "5", "1", "7"}; !slices.Equal(got, want) {
			p.Errorf("Near gives %v, want the same request, then the same path, then the same host: %v", got, want)
		}
		s = p.again(s)
	}
}

func nearsOneOfAKey(p *probe) {
	s := p.start()
	for i := range 30 {
		p.add(s, exchange(store.ID(i+1), fmt.Sprintf("https://api.test/a?q=%d", i%6)))
	}
	for _, n := range []int{0, 1, 4, 6, 50} {
		near, err := s.Near(exchange(0, "https://api.test/a").Key, n)
		p.must("Near", err)
		seen := make(map[store.Key]bool)
		for _, x := range near {
			seen[x.Key] = true
		}
		if want := min(n, 6); len(near) != want || len(seen) != want {
			p.Errorf("Near of at most %d gives %d, of %d keys, want %d", n, len(near), len(seen), want)
		}
	}
}
