package page

import (
	"context"
	"fmt"
	"strconv"
)

// Offset returns a Pager whose function fetches up to limit items from an offset. The first
// offset is 0, and limit is always size. The offset grows by the number of items fetched, so no
// item is lost if a server sends fewer than limit.
//
// The list ends when Total is reached, with Last, or with an empty page. An empty page ends it
// below Total too, because some servers only estimate Total. A page with fewer items than limit
// does not end it. Offset panics on a size that is not positive and on a nil function.
func Offset[T any](size int, fetch func(ctx context.Context, offset, limit int) (Slice[T], error)) *Pager[T] {
	if size <= 0 {
		panic(fmt.Sprintf("page: Offset: size %d is not positive", size))
	}
	if fetch == nil {
		panic("page: Offset: nil function")
	}
	return &Pager[T]{first: "0", fetch: func(ctx context.Context, cursor string) (Slice[T], error) {
		at, err := strconv.Atoi(cursor)
		if err != nil || at < 0 {
			return Slice[T]{}, ErrCursor
		}
		s, err := fetch(ctx, at, size)
		s.Next = ""
		if next := at + len(s.Items); next > at && (s.Total <= 0 || next < s.Total) {
			s.Next = strconv.Itoa(next)
		}
		return s, err
	}}
}
