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
	// page: page 3: the next page is at https://elsewhere.example: another origin, or with user information
}
