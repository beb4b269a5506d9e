package page_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/page"
)

func TestAPageIsFetchedWhenTheLoopNeedsIt(t *testing.T) {
	l := &list{n: 100}
	p := page.Offset(10, l.fetch)
	seq := p.All(t.Context())
	if l.fetches != 0 {
		t.Fatalf("%d fetches before the loop", l.fetches)
	}
	for i, err := range seq {
		if i == 9 || err != nil { // the last item of the first page
			break
		}
	}
	if l.fetches != 1 {
		t.Errorf("%d fetches after a break on the first page, want 1", l.fetches)
	}
	for i, err := range seq { // the loop has no state: it begins again
		if i != 0 || err != nil {
			t.Errorf("the second loop begins with %d, %v", i, err)
		}
		break
	}
	if l.fetches != 2 {
		t.Errorf("%d fetches after a second loop, want 2", l.fetches)
	}
}

func TestCollectStopsAtItsLimit(t *testing.T) {
	l := &list{n: 100}
	got, err := page.Offset(10, l.fetch).Collect(t.Context(), 20)
	if err != nil || !slices.Equal(got, upTo(20)) || l.fetches != 2 {
		t.Errorf("Collect(20) = %v, %v after %d fetches", got, err, l.fetches)
	}
}

func TestAnErrorEndsTheLoopAndHasTheCursorToGoOnFrom(t *testing.T) {
	l := &list{n: 50, failAt: 3}
	p := page.Offset(10, l.fetch)
	var got []int
	var errs []error
	for i, err := range p.All(t.Context()) {
		if err != nil {
			errs = append(errs, err)
			continue // an error must end the loop even so
		}
		got = append(got, i)
	}
	if len(errs) != 1 || !errors.Is(errs[0], rttest.ErrBoom) {
		t.Fatalf("errors %v, want one boom", errs)
	}
	pe, ok := errors.AsType[*page.Error](errs[0])
	if !ok || pe.Cursor != "20" || pe.Page != 3 {
		t.Fatalf("error %#v, want cursor 20 of page 3", errs[0])
	}
	if want := "page: page 3: boom"; pe.Error() != want {
		t.Errorf("text %q, want %q", pe, want)
	}
	rest, err := p.From(pe.Cursor).Collect(t.Context(), 0)
	if err != nil || !slices.Equal(append(got, rest...), upTo(50)) {
		t.Errorf("from the cursor of the error: %v, %v", append(got, rest...), err)
	}
}

func TestPagesHaveNumberAndCursor(t *testing.T) {
	l := &list{n: 25, total: true}
	p := page.Offset(10, l.fetch)
	var got []string
	for pg, err := range p.Pages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d:%s:%d:%s", pg.Number, pg.Cursor, len(pg.Items), pg.Next))
	}
	if want := []string{"1:0:10:10", "2:10:10:20", "3:20:5:"}; !slices.Equal(got, want) {
		t.Errorf("pages %q, want %q", got, want)
	}
	for pg, err := range p.From("10").Pages(t.Context()) { // back to the second
		if err != nil || pg.Items[0] != 10 || pg.Number != 1 {
			t.Errorf("From(10) begins with %v, page %d, %v", pg.Items, pg.Number, err)
		}
		break
	}
}

// chain is a list by cursor, given as the next cursor of each.
func chain(next map[string]string) func(context.Context, string) (page.Slice[string], error) {
	return func(_ context.Context, cursor string) (page.Slice[string], error) {
		return page.Slice[string]{Items: []string{"item " + cursor}, Next: next[cursor]}, nil
	}
}

func TestCursorEndsWithAPageWithoutNext(t *testing.T) {
	got, err := page.Cursor(chain(map[string]string{"": "b", "b": "c"})).Collect(t.Context(), 0)
	if want := []string{"item ", "item b", "item c"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestAnEmptyPageWithANextDoesNotEndTheList(t *testing.T) {
	p := page.Cursor(func(_ context.Context, cursor string) (page.Slice[int], error) {
		switch cursor {
		case "":
			return page.Slice[int]{Next: "b"}, nil
		case "b":
			return page.Slice[int]{Items: []int{7}, Next: "c", Last: true}, nil
		}
		t.Errorf("fetched %q after Last", cursor)
		return page.Slice[int]{}, nil
	})
	if got, err := p.Collect(t.Context(), 0); err != nil || !slices.Equal(got, []int{7}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestACursorThatRepeatsIsErrRepeated(t *testing.T) {
	got, err := page.Cursor(chain(map[string]string{"": "b", "b": "c", "c": "b"})).Collect(t.Context(), 0)
	if !errors.Is(err, page.ErrRepeated) || len(got) != 3 {
		t.Errorf("%q, %v", got, err)
	}
}

func endless(_ context.Context, cursor string) (page.Slice[int], error) {
	n, _ := strconv.Atoi(cursor)
	return page.Slice[int]{Items: []int{n}, Next: strconv.Itoa(n + 1)}, nil
}

func TestALoopEndsAfterTheLargestNumberOfPages(t *testing.T) {
	for _, n := range []int{1, 3, 1000} {
		p := page.Cursor(endless)
		if n != 1000 {
			p = p.Max(n)
		}
		got, err := p.Collect(t.Context(), 0)
		if !errors.Is(err, page.ErrTooMany) || len(got) != n {
			t.Errorf("Max(%d): %d items, %v", n, len(got), err)
		}
	}
	// A list that ends there is no error.
	if _, err := page.Cursor(chain(map[string]string{"": "b"})).Max(2).Collect(t.Context(), 0); err != nil {
		t.Errorf("a list of 2 pages with Max(2): %v", err)
	}
}

func TestACanceledLoopEndsWithTheErrorOfTheFetch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := page.Offset(1, func(ctx context.Context, offset, _ int) (page.Slice[int], error) {
		return page.Slice[int]{Items: []int{offset}}, ctx.Err()
	})
	n := 0
	var last error
	for i, err := range p.All(ctx) {
		if last = err; err == nil {
			n++
		}
		if i == 4 {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) || n != 5 {
		t.Errorf("%d items, %v", n, last)
	}
}

// However a list is read, a fetch ends with the context of its caller.
func TestEveryFetchHasTheContextOfItsCaller(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	fetch := func(ctx context.Context, _ string) (page.Slice[int], error) { return page.Slice[int]{}, ctx.Err() }
	for name, p := range map[string]*page.Pager[int]{
		"Cursor": page.Cursor(fetch),
		"Next":   page.Next("https://api.test/", fetch),
		"Offset": page.Offset(1, func(ctx context.Context, _, _ int) (page.Slice[int], error) { return fetch(ctx, "") }),
	} {
		_, first := p.First(canceled)
		_, collect := p.Collect(canceled, 0)
		var pages, all error
		for _, pages = range p.Pages(canceled) {
		}
		for _, all = range p.All(canceled) {
		}
		for _, err := range []error{first, collect, pages, all} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: the errors of First, Collect, Pages and All are %v, %v, %v, %v", name, first, collect, pages, all)
				break
			}
		}
	}
}

func TestLoopsMayRunAtTheSameTime(t *testing.T) {
	p := page.Cursor(endless).Max(50)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, _ := p.Collect(t.Context(), 40); len(got) != 40 || got[39] != 39 {
				t.Errorf("%v", got)
			}
		})
	}
	wg.Wait()
}

func TestConstructorsPanicOnWhatCannotWork(t *testing.T) {
	tests := map[string]func(){
		"page: Offset: size":                  func() { page.Offset(0, (&list{}).fetch) },
		"page: Offset: nil":                   func() { page.Offset[int](1, nil) },
		"page: Cursor: nil":                   func() { page.Cursor[int](nil) },
		"page: Next: nil":                     func() { page.Next[int]("https://a.test/", nil) },
		"page: Next: first is not":            func() { page.Next("/relative", endless) },
		"page: Next: origin 1 of 1 is not":    func() { page.Next("https://a.test/", endless, "ftp://a.test") },
		"page: Max: 0 is not positive":        func() { page.Cursor(endless).Max(0) },
		"page: Collect: limit -1 is negative": func() { _, _ = page.Cursor(endless).Collect(t.Context(), -1) },
	}
	for want, f := range tests {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

func TestFirstFetchesOnePage(t *testing.T) {
	l := &list{n: 5, total: true}
	pager := page.Offset(2, l.fetch)
	for _, tt := range []struct {
		from string
		want []int
		next string
	}{{"0", []int{0, 1}, "2"}, {"2", []int{2, 3}, "4"}, {"4", []int{4}, ""}, {"0", []int{0, 1}, "2"}, {"5", nil, ""}} {
		l.fetches = 0
		p, err := pager.From(tt.from).First(t.Context())
		if err != nil || !slices.Equal(p.Items, tt.want) || p.Next != tt.next || p.Cursor != tt.from || p.Number != 1 || l.fetches != 1 {
			t.Errorf("from %s: %+v, %v after %d fetches", tt.from, p, err, l.fetches)
		}
	}
	l = &list{n: 5, failAt: 1}
	_, err := page.Offset(2, l.fetch).First(t.Context())
	if e, ok := errors.AsType[*page.Error](err); !ok || e.Cursor != "0" {
		t.Errorf("error %v", err)
	}
}

func TestOwnIsKept(t *testing.T) {
	pager := page.Cursor(func(context.Context, string) (page.Slice[int], error) {
		return page.Slice[int]{Own: "whole"}, nil
	})
	p, err := pager.First(t.Context())
	if got := page.OwnOf[string](p); got != "whole" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got := page.OwnOf[int](p); got != 0 {
		t.Errorf("of another type: %d", got)
	}
}
