package fromgracy_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/gracy-go/gracy/page"
	"github.com/gracy-go/gracy/parse"
)

type Named struct{ Name string }

// A List is a page as the PokéAPI sends it, with fields of its own.
type List struct {
	Count   int
	Next    string
	Results []Named
}

// A Window says which part of a list: each field is a parameter of the query.
type Window struct {
	Offset int `query:"offset"`
	Limit  int `query:"limit"`
}

var listGenerations = parse.NewEndpoint[Window, List]("GET /generation")

func Example_row79() {
	api := pokeAPI().behind()
	generations := page.Cursor(func(ctx context.Context, token string) (page.Slice[Named], error) {
		url := token // get_next_token, has_next, prepare_params: all that this function does
		if url == "" {
			url = api.Base + "generation?limit=4"
		}
		l, err := parse.Get[List](ctx, api.Client, url)
		return page.Slice[Named]{Items: l.Results, Next: l.Next}, err
	})
	all, err := generations.Collect(ctx, 0)
	fmt.Println(len(all), err)
	// Output: 9 <nil>
}

// generations walks over the items, whatever the size of a page.
func generations(api parse.API, size int) *page.Pager[Named] {
	return page.Offset(size, func(ctx context.Context, offset, limit int) (page.Slice[Named], error) {
		l, err := listGenerations.Call(ctx, api, Window{offset, limit})
		return page.Slice[Named]{Items: l.Results, Total: l.Count}, err
	})
}

func Example_row80() {
	server := pokeAPI()
	for g, err := range generations(server.behind(), 4).All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(g.Name[len("generation-"):], " ")
	}
	fmt.Println(server.sends())
	// Output: i ii iii iv v vi vii viii ix 3
}

// lists walks over the pages themselves, by the link in each.
func lists(api parse.API, first string) *page.Pager[List] {
	return page.Next(first, func(ctx context.Context, url string) (page.Slice[List], error) {
		l, err := parse.Get[List](ctx, api.Client, url)
		return page.Slice[List]{Items: []List{l}, Next: l.Next}, err
	})
}

func Example_row80literal() {
	api := pokeAPI().behind()
	for l, err := range lists(api, api.Base+"generation?limit=4").All(ctx) {
		fmt.Println(l.Count, len(l.Results), l.Next, err)
	}
	// Output:
	// 9 4 https://pokeapi.co/api/v2/generation?offset=4&limit=4 <nil>
	// 9 4 https://pokeapi.co/api/v2/generation?offset=8&limit=1 <nil>
	// 9 1  <nil>
}

func Example_row81() {
	server := pokeAPI()
	pager := generations(server.behind(), 4)

	next, stop := iter.Pull2(pager.Pages(ctx)) // page by page
	defer stop()
	first, err, _ := next() // next_page
	fmt.Println(len(first.Items), err, server.sends())
	second, err, _ := next()
	fmt.Println(second.Cursor, err, server.sends())

	for p, err := range pager.Pages(ctx) { // set_page(0): a loop begins anew, always
		fmt.Println(p.Number, p.Cursor, len(p.Items), err)
	}
	for p, err := range pager.From(first.Cursor).Pages(ctx) { // prev_page: back to a page that was kept
		fmt.Println(p.Items[0].Name, err)
		break
	}
	// Output:
	// 4 <nil> 1
	// 4 <nil> 2
	// 1 0 4 <nil>
	// 2 4 4 <nil>
	// 3 8 1 <nil>
	// generation-i <nil>
}

func Example_row81literal() {
	server := pokeAPI()
	pager := lists(server.behind(), "https://pokeapi.co/api/v2/generation?limit=4")

	first, err := pager.Collect(ctx, 1) // one page, whole, and no request more
	fmt.Println(first[0].Count, err, server.sends())
	all, err := pager.Collect(ctx, 0) // then all, from the beginning
	fmt.Println(len(all), err, server.sends())
	// Output:
	// 9 <nil> 1
	// 3 <nil> 4
}

func Example_row82() {
	server := pokeAPI()
	_, err := generations(server.behind(), 3).Max(2).Collect(ctx, 0) // two pages of three, of nine
	fmt.Println(server.last().URL.RawQuery, err)
	// Output: offset=3&limit=3 page: page 3: the list has more pages than allowed
}
