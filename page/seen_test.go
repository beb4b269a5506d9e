package page_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/page"
)

// heap returns how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // a heap of a test
}

// A server chooses the cursors. A loop that remembered them whole would hold 200 MiB here. This one
// holds the cursor of the page and that of the next.
func TestALoopDoesNotKeepItsCursors(t *testing.T) {
	const pages, size = 200, 1 << 20
	pad := strings.Repeat("c", size)
	p := page.Cursor(func(_ context.Context, cursor string) (page.Slice[int], error) {
		n, _ := strconv.Atoi(cursor[:min(len(cursor), 4)])
		return page.Slice[int]{Next: strconv.Itoa(n + 10_001)[1:] + pad, Last: n == pages-1}, nil
	}).From("0000")
	before := heap()
	n := 0
	for pg, err := range p.Pages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; pg.Number == pages {
			if grown := heap() - before; grown > 8*size {
				t.Errorf("after %d cursors of 1 MiB the heap has grown by %d KiB, want at most 8 MiB", pages, grown>>10)
			} else {
				t.Logf("after %d cursors of 1 MiB the heap has grown by %d KiB", pages, grown>>10)
			}
		}
	}
	if n != pages {
		t.Errorf("%d pages, want %d", n, pages)
	}
}

// Cursors that differ in one byte far behind are different, and the same cursor is found again
// however long it is.
func TestLongCursorsAreDistinguished(t *testing.T) {
	pad := strings.Repeat("c", 1<<16)
	fetched := 0
	p := page.Cursor(func(context.Context, string) (page.Slice[int], error) {
		fetched++
		return page.Slice[int]{Next: pad + string(rune('a'+fetched%3))}, nil
	})
	var err error
	for _, e := range p.Pages(t.Context()) {
		err = e
	}
	if !errors.Is(err, page.ErrRepeated) || fetched != 4 {
		t.Errorf("%v after %d fetches, want ErrRepeated after 4", err, fetched)
	}
}
