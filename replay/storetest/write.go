package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
)

func replacesWhoeverMadeIt(p *probe) {
	s := p.start()
	const a, b = "https://api.test/a", "https://api.test/b"
	p.add(s, exchange(1, a), madeBy(exchange(2, a), 1), madeBy(exchange(3, a), 0xff), exchange(4, b), exchange(5, a), exchange(6, a))
	list := p.scan(s, 0)
	batch := []store.Entry{
		{Exchange: madeBy(exchange(7, a), 2), Replace: list[4].ID}, // those below 5
		{Exchange: exchange(8, b), Replace: 0},
	}
	if p.stays {
		p.keeps(s, list, s.Append(batch))
		return
	}
	p.must("Append", s.Append(batch))
	for range 2 {
		if got, want := texts(p.scan(s, 0)), []string{"4", "5", "6", "7", "8"}; !slices.Equal(got, want) {
			p.Errorf("after a Replace %v are left, want %v", got, want)
		}
		p.missing(s, madeBy(exchange(0, a), 1).Key, 0)
		if x := p.find(s, exchange(0, a).Key, 0); string(x.Response.Body) != "5" {
			p.Errorf("after a Replace, Find gives %s, want 5", x.Response.Body)
		}
		s = p.again(s)
	}
}

// replacesInABatch replaces what is in the batch too, and an exchange by one far below its Replace.
func replacesInABatch(p *probe) {
	s := p.start()
	if p.stays {
		return
	}
	const url = "https://api.test/a"
	entries := func(from, to, replace store.ID) (list []store.Entry) {
		for id := from; id <= to; id++ {
			x := exchange(id, url)
			if who := byte(id % 3); who > 0 {
				x = madeBy(x, who)
			}
			list = append(list, store.Entry{Exchange: x, Replace: replace})
		}
		return list
	}
	left := func(first, last store.ID) {
		p.Helper()
		all := p.scan(s, 0)
		if n := int(last - first + 1); len(all) != n || all[0].ID != first || all[n-1].ID != last { //nolint:gosec // small
			p.Errorf("after a Replace %v are left, want %d to %d", texts(all), first, last)
		}
	}
	p.must("Append of nothing", s.Append(nil))
	p.must("Append", s.Append(slices.Concat(entries(1, 30, 0), entries(31, 60, 21))))
	left(21, 60)
	p.must("Append", s.Append(slices.Concat(entries(61, 90, 51), entries(91, 91, 70))))
	left(70, 91)
	p.must("Append", s.Append(entries(92, 92, 200)))
	left(92, 92)
}

// keeps fails unless a storage that cannot delete has said so and has what it had.
func (p *probe) keeps(s store.Store, want []*store.Exchange, err error) {
	p.Helper()
	if !errors.Is(err, errors.ErrUnsupported) {
		p.Errorf("the error of a storage that cannot delete is %v, want one that matches errors.ErrUnsupported", err)
	}
	if got := texts(p.scan(s, 0)); !slices.Equal(got, texts(want)) {
		p.Errorf("a storage that cannot delete has %v after it was asked to, want %v", got, texts(want))
	}
}

func deletes(p *probe) {
	s := p.start()
	for i := range 10 {
		p.add(s, exchange(store.ID(i+1), fmt.Sprintf("https://api.test/%d", i%2)))
	}
	list := p.scan(s, 0)
	p.must("Delete of nothing", s.Delete())
	if p.stays {
		p.keeps(s, list, s.Delete(list[0].ID))
		return
	}
	p.must("Delete, also of an ID that is not there", s.Delete(list[0].ID, list[5].ID, 1<<50, list[9].ID))
	p.must("Delete again", s.Delete(list[0].ID))
	for range 2 {
		if got, want := texts(p.scan(s, 0)), []string{"2", "3", "4", "5", "7", "8", "9"}; !slices.Equal(got, want) {
			p.Errorf("after Delete %v are left, want %v", got, want)
		}
		if x := p.find(s, list[0].Key, 0); string(x.Response.Body) != "3" {
			p.Errorf("after Delete, Find gives %s, want 3", x.Response.Body)
		}
		s = p.again(s)
	}
}

// givesNoIDTwice checks Last, since a tape numbers its exchanges from there.
func givesNoIDTwice(p *probe) {
	s := p.start()
	last := func() store.ID {
		id, err := s.Last()
		p.must("Last", err)
		return id
	}
	if id := last(); id != 0 {
		p.Errorf("Last of an empty storage is %d, want 0", id)
	}
	p.add(s, exchange(5, "https://api.test/a"), exchange(9, "https://api.test/b"))
	p.add(s, exchange(7, "https://api.test/c"))
	if id := last(); id != 9 {
		p.Errorf("Last is %d, want 9, the largest", id)
	}
	if !p.stays {
		p.must("Delete", s.Delete(7))
	}
	if id := last(); id != 9 {
		p.Errorf("Last is %d after Delete of another, want 9", id)
	}
	s = p.again(s)
	all := p.scan(s, 0)
	if id := last(); len(all) == 0 || id < all[len(all)-1].ID {
		p.Errorf("Last is %d, and %d are there", id, len(all))
	}
}

func reindexes(p *probe) {
	s := p.start()
	const a1, a2, b = "https://api.test/a?t=1", "https://api.test/a?t=2", "https://api.test/b?t=1"
	p.add(s, exchange(1, a1), exchange(2, b), exchange(3, a2))
	byPath := func(x *store.Exchange) store.Key {
		y := exchange(0, "https://api.test"+x.Request.ParseURL().Path)
		return y.Key
	}
	p.must("Reindex", s.Reindex("other", byPath))
	if r, err := s.Recipe(); err != nil || r != "other" {
		p.Errorf("Recipe is %q, %v, want other", r, err)
	}
	p.missing(s, exchange(0, a1).Key, 0)
	key := byPath(exchange(0, a1))
	first := p.find(s, key, 0)
	second := p.find(s, key, first.ID)
	if string(first.Response.Body) != "1" || string(second.Response.Body) != "3" || first.Key.Sum != key.Sum {
		p.Errorf("by the new key there are %s and %s, want 1 and 3, with that key", first.Response.Body, second.Response.Body)
	}
	if p.stays {
		return
	}
	x := exchange(4, a1)
	x.Key = key
	p.must("Append with the new key", s.Append([]store.Entry{{Exchange: x, Replace: second.ID}}))
	if got, want := texts(p.scan(s, 0)), []string{"2", "3", "4"}; !slices.Equal(got, want) {
		p.Errorf("a Replace by the new key leaves %v, want %v", got, want)
	}
	p.must("Delete by the new key", s.Delete(second.ID))
	if x := p.find(s, key, 0); string(x.Response.Body) != "4" {
		p.Errorf("after Delete, Find by the new key gives %s, want 4", x.Response.Body)
	}
	s = p.again(s) // with the keys of the suite again
	p.missing(s, key, 0)
	if x := p.find(s, exchange(0, a1).Key, 0); string(x.Response.Body) != "4" {
		p.Errorf("by the old key Find gives %s, want 4", x.Response.Body)
	}
}

// readsWhileItAppends finds data races, and half of a batch.
func readsWhileItAppends(p *probe) {
	s := p.start()
	const batches, each = 20, 10
	var wg sync.WaitGroup
	done := make(chan struct{})
	stop := sync.OnceFunc(func() {
		close(done)
		wg.Wait()
	})
	defer stop() // also where Append ends the test
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				n := 0
				for _, err := range s.Scan(0) {
					if err != nil {
						p.Errorf("Scan beside Append: %v", err)
						return
					}
					n++
				}
				if n%each != 0 {
					p.Errorf("Scan beside Append gives %d exchanges, want whole batches of %d", n, each)
					return
				}
				if _, err := s.Find(exchange(0, "https://api.test/3").Key, 0); err != nil {
					p.Errorf("Find beside Append: %v", err)
					return
				}
				if _, err := s.Near(exchange(0, "https://api.test/3").Key, 3); err != nil {
					p.Errorf("Near beside Append: %v", err)
					return
				}
			}
		})
	}
	for i := range batches {
		var list []*store.Exchange
		for k := range each {
			list = append(list, exchange(store.ID(i*each+k+1), fmt.Sprintf("https://api.test/%d", k)))
		}
		p.add(s, list...)
	}
	stop()
	if n := len(p.scan(s, 0)); n != batches*each {
		p.Errorf("%d exchanges are there, want %d", n, batches*each)
	}
}

func isClosedOnce(p *probe) {
	s := p.start()
	p.add(s, exchange(1, "https://api.test/a"))
	p.must("Close", s.Close())
	key := exchange(0, "https://api.test/a").Key
	calls := map[string]func() error{
		"Append": func() error { return s.Append([]store.Entry{{Exchange: exchange(2, "https://api.test/a")}}) },
		"Find":   func() error { _, err := s.Find(key, 0); return err },
		"Near":   func() error { _, err := s.Near(key, 3); return err },
		"Scan": func() error {
			for _, err := range s.Scan(0) {
				return err
			}
			return nil
		},
	}
	for what, call := range calls {
		if err := call(); !errors.Is(err, store.ErrClosed) {
			p.Errorf("after Close %s returns %v, want store.ErrClosed", what, err)
		}
	}
	s = p.start()
	if got := texts(p.scan(s, 0)); !slices.Equal(got, []string{"1"}) {
		p.Errorf("after Close and a failed Append, %v are there, want 1", got)
	}
}
