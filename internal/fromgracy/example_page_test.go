package fromgracy_test

import (
	"context"
	"fmt"

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
		return page.Slice[Named]{Items: l.Results, Total: l.Count, Own: l}, err
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

func Example_row80literal() {
	for p, err := range generations(pokeAPI().behind(), 4).Pages(ctx) {
		l := page.OwnOf[List](p) // the page as the server has sent it
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

	first, err := pager.First(ctx) // next_page: one request
	fmt.Println(first.Items[0].Name, page.OwnOf[List](first).Count, err)
	second, err := pager.From(first.Next).First(ctx) // next_page
	fmt.Println(second.Items[0].Name, second.Cursor, err)
	back, err := pager.From(first.Cursor).First(ctx) // prev_page: the cursor of a page that was kept
	fmt.Println(back.Items[0].Name, err)
	third, err := pager.From("8").First(ctx) // set_page(8), next_page
	fmt.Println(third.Items[0].Name, third.Next == "", err, server.sends())

	all, err := pager.Collect(ctx, 0) // set_page(0), then all: a loop begins where the pager does
	fmt.Println(len(all), err)
	// Output:
	// generation-i 9 <nil>
	// generation-v 4 <nil>
	// generation-i <nil>
	// generation-ix true <nil> 4
	// 9 <nil>
}

func Example_row82() {
	server := pokeAPI()
	_, err := generations(server.behind(), 3).Max(2).Collect(ctx, 0) // two pages of three, of nine
	fmt.Println(server.last().URL.RawQuery, err)
	// Output: offset=3&limit=3 page: page 3: the list has more pages than allowed
}
