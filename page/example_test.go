package page_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/gracy-go/gracy/page"
)

var berries = []string{"cheri", "chesto", "pecha", "rawst", "aspear"}

// listBerries stands for a call of an API.
func listBerries(_ context.Context, offset, limit int) (page.Slice[string], error) {
	end := min(offset+limit, len(berries))
	return page.Slice[string]{Items: berries[offset:end], Total: len(berries)}, nil
}

func ExampleOffset() {
	pager := page.Offset(2, listBerries)
	for berry, err := range pager.All(context.Background()) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(berry)
	}
	// Output:
	// cheri
	// chesto
	// pecha
	// rawst
	// aspear
}

// berryList is a page as the server sends it.
type berryList struct {
	Count   int
	Version string
	Results []string
}

// One page, the next one, back to the start, then all pages. Each page keeps the fields
// that the server sent with it.
func ExamplePager_First() {
	ctx := context.Background()
	pager := page.Offset(2, func(_ context.Context, offset, limit int) (page.Slice[string], error) {
		l := berryList{Count: len(berries), Version: fmt.Sprint("v", offset), Results: berries[offset:min(offset+limit, len(berries))]}
		return page.Slice[string]{Items: l.Results, Total: l.Count, Own: l}, nil
	})

	first, err := pager.First(ctx)
	fmt.Println(first.Items, page.OwnOf[berryList](first).Count, err)
	second, err := pager.From(first.Next).First(ctx)
	fmt.Println(second.Items, page.OwnOf[berryList](second).Version, err)
	before, err := pager.From(first.Cursor).First(ctx) // the page before the second
	fmt.Println(before.Items, err)

	for p, err := range pager.Pages(ctx) { // the pager still begins at the start
		fmt.Println(p.Number, p.Items, page.OwnOf[berryList](p).Version, err)
	}
	// Output:
	// [cheri chesto] 5 <nil>
	// [pecha rawst] v2 <nil>
	// [cheri chesto] <nil>
	// 1 [cheri chesto] v0 <nil>
	// 2 [pecha rawst] v2 <nil>
	// 3 [aspear] v4 <nil>
}

func ExamplePager_From() {
	broken := true
	pager := page.Offset(2, func(ctx context.Context, offset, limit int) (page.Slice[string], error) {
		if offset == 2 && broken {
			return page.Slice[string]{}, errors.New("the line is down")
		}
		return listBerries(ctx, offset, limit)
	})

	got, err := pager.Collect(context.Background(), 0)
	fmt.Println(got, err)

	if pe, ok := errors.AsType[*page.Error](err); ok {
		broken = false
		got, err = pager.From(pe.Cursor).Collect(context.Background(), 0)
		fmt.Println(got, err)
	}
	// Output:
	// [cheri chesto] page: page 2: the line is down
	// [pecha rawst aspear] <nil>
}

func ExampleNext() {
	pager := page.Next("https://api.example.com/berries", func(_ context.Context, url string) (page.Slice[string], error) {
		fmt.Println("fetch", url)
		if url == "https://api.example.com/berries" {
			return page.Slice[string]{Items: []string{"cheri"}, Next: "?page=2"}, nil
		}
		return page.Slice[string]{Items: []string{"chesto"}, Next: "https://elsewhere.example/?page=3"}, nil
	})
	got, err := pager.Collect(context.Background(), 0)
	fmt.Println(got)
	fmt.Println(err)
	// Output:
	// fetch https://api.example.com/berries
	// fetch https://api.example.com/berries?page=2
	// [cheri chesto]
	// page: page 3: the next page is at https://elsewhere.example, which is another origin or has user information
}
