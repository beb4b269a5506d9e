package route

import (
	"strconv"
	"sync"
	"testing"
)

func TestWhatIsKeptAtANameIsItsOwners(t *testing.T) {
	n, a, b := Named("/r"), new(Owner), new(Owner)
	if a == b {
		t.Fatal("two owners are one")
	}
	type key struct {
		o            *Owner
		method, host string
	}
	keys := []key{{a, "GET", ""}, {b, "GET", ""}, {a, "PUT", ""}, {a, "GET", "h"}, {a, "", "GET"}}
	for i, k := range keys {
		if got := n.Kept(k.o, k.method, k.host); got != nil {
			t.Errorf("%v has %v before it was kept", k, got)
		}
		if got := n.Keep(k.o, k.method, k.host, i); got != i {
			t.Errorf("%v: kept %v", k, got)
		}
	}
	for i, k := range keys {
		if got := n.Kept(k.o, k.method, k.host); got != i {
			t.Errorf("%v has %v, want %d", k, got, i)
		}
		if got := n.Keep(k.o, k.method, k.host, -1); got != i {
			t.Errorf("%v: the first value is lost: %v", k, got)
		}
	}
	if got := Named("/r").Kept(a, "GET", ""); got != nil {
		t.Errorf("another name has %v", got)
	}
}

// Whatever hosts and methods come, a name keeps no more than it has room for.
func TestWhatIsKeptAtANameIsBounded(t *testing.T) {
	n, o := Named("/r"), new(Owner)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				host := strconv.Itoa(i)
				if got := n.Keep(o, "", host, host); got != host {
					t.Errorf("goroutine %d: %s has %v", g, host, got)
				}
			}
		})
	}
	wg.Wait()
	kept := 0
	for i := range 100 {
		if n.Kept(o, "", strconv.Itoa(i)) != nil {
			kept++
		}
	}
	if kept != maxKept || n.kept.Load().count != maxKept {
		t.Errorf("%d are kept, %d counted, want %d", kept, n.kept.Load().count, maxKept)
	}
}

// All stacks with a table share its names. What is kept for one stack must not outlive the stack
// there.
func TestAStackHasItsOwnNamesOfPatterns(t *testing.T) {
	tab := compile(t, "/r/{x}")
	a, b := New([]*Table{tab}, Options{}), New([]*Table{tab}, Options{})
	first := a.Name(request(t, "GET", "https://x.test/r/1"))
	if again := a.Name(request(t, "GET", "https://x.test/r/2")); first != again {
		t.Error("a pattern has two names in one router")
	}
	if other := b.Name(request(t, "GET", "https://x.test/r/1")); first == other || first.Route != other.Route {
		t.Errorf("the names in two routers are %p %+v and %p %+v", first, first, other, other)
	}
}
