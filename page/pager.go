package page

import (
	"context"
	"fmt"
	"iter"
)

// A Slice is the result of one fetch.
type Slice[T any] struct {
	// Items are the items of the page, in order.
	Items []T
	// Next is the cursor or URL of the next page, "" if there is none. The function of
	// an [Offset] pager need not set it.
	Next string
	// Total is the number of items of the whole list, 0 if unknown. Only an
	// [Offset] pager reads it.
	Total int
	// Last says that no page follows, whatever Next and Total say.
	Last bool
	// Own is for other data of the page, such as the whole result of the call; see
	// [OwnOf]. The package does not read it.
	Own any
}

// A Page is a [Slice] with its place in the list.
type Page[T any] struct {
	Slice[T]
	// Cursor is the cursor of this page. [Pager.From] with it begins at this page.
	Cursor string
	// Number counts the pages of this loop from 1.
	Number int
}

// OwnOf returns what the function of the pager stored in Own, or the zero value if that has
// another type:
//
//	l := page.OwnOf[List](p)
func OwnOf[P, T any](p Page[T]) P {
	own, _ := p.Own.(P)
	return own
}

// A Pager is a list that can be read page by page. It is immutable, and safe for
// concurrent use if its function is.
type Pager[T any] struct {
	first string
	max   int
	fetch func(ctx context.Context, cursor string) (Slice[T], error)
}

// defaultMax is the largest number of pages of a loop if [Pager.Max] is not set.
const defaultMax = 1000

// Cursor returns a Pager whose function fetches the page at a cursor. The first cursor is
// "". The list ends with a page without Next or with Last. An empty page with a Next does
// not end it. Cursor panics on a nil function.
func Cursor[T any](fetch func(ctx context.Context, cursor string) (Slice[T], error)) *Pager[T] {
	if fetch == nil {
		panic("page: Cursor: nil function")
	}
	return &Pager[T]{fetch: fetch}
}

// From returns a Pager that begins at a cursor, such as that of a [Page] or an [Error]. The
// cursor of an [Offset] pager is the offset in decimal digits.
func (p *Pager[T]) From(cursor string) *Pager[T] {
	q := *p
	q.first = cursor
	return &q
}

// Max returns a Pager whose loops end with [ErrTooMany] if the list has more than n pages.
// Default 1000. It panics if n is not positive.
func (p *Pager[T]) Max(n int) *Pager[T] {
	if n <= 0 {
		panic(fmt.Sprintf("page: Max: %d is not positive", n))
	}
	q := *p
	q.max = n
	return &q
}

// Pages iterates over the pages. The last pair may be a zero Page with an [Error].
func (p *Pager[T]) Pages(ctx context.Context) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		limit := p.max
		if limit == 0 {
			limit = defaultMax
		}
		seen := newSeen()
		for cursor, n := p.first, 1; ; n++ {
			fail := func(err error) { yield(Page[T]{}, &Error{Cursor: cursor, Page: n, Err: err}) }
			switch {
			case !seen.add(cursor):
				fail(ErrRepeated)
				return
			case n > limit:
				fail(ErrTooMany)
				return
			}
			s, err := p.fetch(ctx, cursor)
			if err != nil {
				fail(err)
				return
			}
			if s.Last {
				s.Next = ""
			}
			if !yield(Page[T]{s, cursor, n}, nil) || s.Next == "" {
				return
			}
			cursor = s.Next
		}
	}
}

// First fetches only the page at which the Pager begins. If its Next is not empty, the page
// after it is
//
//	p.From(first.Next).First(ctx)
//
// To go back, keep the Cursor of each page. p itself does not move. The error is an [Error].
func (p *Pager[T]) First(ctx context.Context) (Page[T], error) {
	for page, err := range p.Pages(ctx) {
		return page, err
	}
	return Page[T]{}, nil // never: there is a page or an error
}

// All iterates over the items of all pages. The last pair may be a zero item with an
// [Error].
func (p *Pager[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range p.Pages(ctx) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Collect returns the first limit items, or all items if limit is 0. With an error it
// returns the items before it. It panics if limit is negative.
func (p *Pager[T]) Collect(ctx context.Context, limit int) ([]T, error) {
	if limit < 0 {
		panic(fmt.Sprintf("page: Collect: limit %d is negative", limit))
	}
	var items []T
	for item, err := range p.All(ctx) {
		if err != nil {
			return items, err
		}
		if items = append(items, item); len(items) == limit {
			break
		}
	}
	return items, nil
}
