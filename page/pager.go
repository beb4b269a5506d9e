package page

import (
	"context"
	"iter"
)

// A Slice is the result of one fetch.
type Slice[T any] struct {
	// Items are the items of the page, in order.
	Items []T
	// Next is the cursor or URL of the page that follows, "" if none does. The
	// function of an [Offset] pager need not set it.
	Next string
	// Total is the number of items of the whole list, 0 if unknown. Only an
	// [Offset] pager reads it.
	Total int
	// Last says that no page follows, whatever Next and Total say.
	Last bool
	// Own is what else the caller keeps of the page, such as the whole result of the
	// call, of which Items is a field: see [OwnOf]. Nothing here reads it.
	Own any
}

// A Page is a Slice and its place in the list.
type Page[T any] struct {
	Slice[T]
	// Cursor is the cursor of the page: [Pager.From] with it begins with the
	// same page.
	Cursor string
	// Number counts the pages of this loop from 1.
	Number int
}

// OwnOf returns what the function of the pager has put into Own, the zero value if
// that is of another type:
//
//	l := page.OwnOf[List](p)
func OwnOf[P, T any](p Page[T]) P {
	own, _ := p.Own.(P)
	return own
}

// A Pager is a list that can be walked page by page. It is immutable and safe
// for concurrent use if its function is.
type Pager[T any] struct {
	first string
	max   int
	fetch func(ctx context.Context, cursor string) (Slice[T], error)
}

// defaultMax is the largest number of pages of a loop without [Pager.Max].
const defaultMax = 1000

// Cursor makes a Pager of a function that fetches the page of a cursor; the
// first cursor is "". The list ends with a page without Next, or with Last. An
// empty page with a Next does not end it. It panics on a nil function.
func Cursor[T any](fetch func(ctx context.Context, cursor string) (Slice[T], error)) *Pager[T] {
	if fetch == nil {
		panic("page: Cursor: nil function")
	}
	return &Pager[T]{fetch: fetch}
}

// From returns a Pager that begins at a cursor: that of a [Page], of an [Error],
// or one that the caller has kept. The cursor of an [Offset] pager is the offset
// in decimal digits.
func (p *Pager[T]) From(cursor string) *Pager[T] {
	q := *p
	q.first = cursor
	return &q
}

// Max returns a Pager whose loops end with [ErrTooMany] where a further page
// would follow after n. Default 1000. It panics if n is not positive.
func (p *Pager[T]) Max(n int) *Pager[T] {
	if n <= 0 {
		panic("page: Max: not positive")
	}
	q := *p
	q.max = n
	return &q
}

// Pages walks the pages. The last pair may be an [Error] with a zero Page.
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

// First fetches the page at which the Pager begins and no other. The page that follows
// it is
//
//	p.From(first.Next).First(ctx)
//
// if Next is not empty, the one before it that of the Cursor that the caller has kept;
// p itself begins at the start all the while. The error is an [Error].
func (p *Pager[T]) First(ctx context.Context) (Page[T], error) {
	for page, err := range p.Pages(ctx) {
		return page, err
	}
	return Page[T]{}, nil // never: there is a page or an error
}

// All walks the items of all pages. The last pair may be an [Error] with a zero
// item.
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

// Collect returns the first items, at most limit, or all if limit is 0. With an
// error it returns the items before it. It panics if limit is negative.
func (p *Pager[T]) Collect(ctx context.Context, limit int) ([]T, error) {
	if limit < 0 {
		panic("page: Collect: negative limit")
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
