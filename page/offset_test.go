package page_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/page"
)

// A list is a server of n numbered items that counts fetches.
type list struct {
	n       int  // the number of items
	cap     int  // the largest number of items of a page, 0 for no bound
	total   bool // whether slices have a Total
	fetches int  // the fetches so far
	failAt  int  // the number of the fetch that fails, from 1
}

func (l *list) fetch(_ context.Context, offset, limit int) (page.Slice[int], error) {
	l.fetches++
	if l.fetches == l.failAt {
		return page.Slice[int]{}, rttest.ErrBoom
	}
	if l.cap > 0 {
		limit = min(limit, l.cap)
	}
	var s page.Slice[int]
	for i := offset; i < min(offset+limit, l.n); i++ {
		s.Items = append(s.Items, i)
	}
	if l.total {
		s.Total = l.n
	}
	return s, nil
}

func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestOffsetFetchesEveryItemOnce(t *testing.T) {
	tests := []struct {
		name    string
		list    list
		size    int
		fetches int
	}{
		{"total known", list{n: 45, total: true}, 20, 3},
		{"total known, exact", list{n: 40, total: true}, 20, 2},
		{"total unknown", list{n: 45}, 20, 4},
		{"server gives fewer than asked", list{n: 45, cap: 10, total: true}, 20, 5},
		{"server gives fewer, total unknown", list{n: 45, cap: 10}, 20, 6},
		{"empty", list{n: 0}, 20, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := page.Offset(tt.size, tt.list.fetch).Collect(t.Context(), 0)
			if err != nil || !slices.Equal(got, upTo(tt.list.n)) {
				t.Errorf("Collect = %v, %v", got, err)
			}
			if tt.list.fetches != tt.fetches {
				t.Errorf("%d fetches, want %d", tt.list.fetches, tt.fetches)
			}
		})
	}
}

// A server that names a page of its own is not followed to it: the offset says which comes next.
func TestOffsetDoesNotReadNext(t *testing.T) {
	l := list{n: 3}
	items, err := page.Offset(2, func(ctx context.Context, offset, limit int) (page.Slice[int], error) {
		s, err := l.fetch(ctx, offset, limit)
		s.Next = "1"
		return s, err
	}).Collect(t.Context(), 0)
	if err != nil || !slices.Equal(items, upTo(3)) {
		t.Errorf("%v, %v", items, err)
	}
}

func TestACursorThatIsNoOffsetIsErrCursor(t *testing.T) {
	for _, cursor := range []string{"", "-1", "x", "1e3", "99999999999999999999"} {
		l := &list{n: 5}
		_, err := page.Offset(10, l.fetch).From(cursor).Collect(t.Context(), 0)
		if !errors.Is(err, page.ErrCursor) || l.fetches != 0 {
			t.Errorf("From(%q): %v after %d fetches", cursor, err, l.fetches)
		}
	}
}
