package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/page"
	"github.com/gracy-go/gracy/parse"
)

// ErrNotFound matches every [NotFoundError], by errors.Is.
var ErrNotFound = errors.New("demo: not found")

// A NotFoundError is the error of a name that the API does not have.
type NotFoundError struct{ Kind, Name string }

// Error implements error.
func (e *NotFoundError) Error() string { return fmt.Sprintf("demo: no %s %q", e.Kind, e.Name) }

// Is reports whether target is [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// A Ref is a link to a resource.
type Ref struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Pokemon, Berry and Generation are the parts of the resources that the demo
// decodes.
type (
	// Pokemon is one of 151.
	Pokemon struct {
		ID     int    `json:"id"`
		Name   string `json:"name"`
		Height int    `json:"height"`
		Weight int    `json:"weight"`
		Types  []struct {
			Slot int `json:"slot"`
			Type Ref `json:"type"`
		} `json:"types"`
		Stats []struct {
			BaseStat int `json:"base_stat"`
			Stat     Ref `json:"stat"`
		} `json:"stats"`
	}
	// Berry is one of 64.
	Berry struct {
		ID         int    `json:"id"`
		Name       string `json:"name"`
		GrowthTime int    `json:"growth_time"`
		Size       int    `json:"size"`
		Firmness   Ref    `json:"firmness"`
	}
	// Generation is one of 9.
	Generation struct {
		ID         int    `json:"id"`
		Name       string `json:"name"`
		MainRegion Ref    `json:"main_region"`
	}
)

// A PokeAPI is a client with a namespace for each kind of resource.
type PokeAPI struct {
	Pokemon    Namespace[Pokemon]
	Berry      Namespace[Berry]
	Generation Namespace[Generation]
}

// NewPokeAPI returns the API at base, which is called through the client.
func NewPokeAPI(client *http.Client, base string) *PokeAPI {
	api := parse.API{Client: client, Base: base, Options: []parse.Option{parse.Header("User-Agent", "gracy-demo")}}
	return &PokeAPI{
		Pokemon:    Namespace[Pokemon]{api.Sub(unknown("pokémon")), listPokemon, getPokemon},
		Berry:      Namespace[Berry]{api.Sub(unknown("berry")), listBerries, getBerry},
		Generation: Namespace[Generation]{api.Sub(unknown("generation")), listGenerations, getGeneration},
	}
}

// The endpoints. A failed check fails the attempt, which is then tried again.
var (
	listPokemon     = parse.NewEndpoint[window, list]("GET /pokemon", parse.Check(whole))
	getPokemon      = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.Check(func(p *Pokemon) error { return named(p.ID, p.Name) }))
	listBerries     = parse.NewEndpoint[window, list]("GET /berry", parse.Check(whole))
	getBerry        = parse.NewEndpoint[string, Berry]("GET /berry/{name}", parse.Check(func(b *Berry) error { return named(b.ID, b.Name) }))
	listGenerations = parse.NewEndpoint[window, list]("GET /generation", parse.Check(whole))
	getGeneration   = parse.NewEndpoint[string, Generation]("GET /generation/{name}", parse.Check(func(g *Generation) error { return named(g.ID, g.Name) }))
)

// A Namespace has the calls for one kind of resource.
type Namespace[T any] struct {
	parse.API
	list *parse.Endpoint[window, list]
	get  *parse.Endpoint[string, T]
}

type window struct {
	Offset int `query:"offset"`
	Limit  int `query:"limit"`
}

type list struct {
	Count   int   `json:"count"`
	Results []Ref `json:"results"`
}

// Get returns a resource by name or number. The error of a missing one is a
// [NotFoundError].
func (n Namespace[T]) Get(ctx context.Context, name string, opts ...parse.Option) (T, error) {
	return n.get.Call(ctx, n.API, name, opts...)
}

// List returns a pager over all resources of the kind.
func (n Namespace[T]) List() *page.Pager[Ref] {
	return page.Offset(20, func(ctx context.Context, offset, limit int) (page.Slice[Ref], error) {
		l, err := n.list.Call(ctx, n.API, window{offset, limit})
		return page.Slice[Ref]{Items: l.Results, Total: l.Count}, err
	})
}

// unknown returns the option that makes a 404 a NotFoundError.
func unknown(kind string) parse.Option {
	return parse.ExpectFunc(http.StatusNotFound, func(f parse.Failure) error {
		return &NotFoundError{kind, f.Arg("name")}
	})
}

func named(id int, name string) error {
	if id <= 0 || name == "" {
		return errors.New("the resource has no id or no name")
	}
	return nil
}

func whole(l *list) error {
	if l.Count < len(l.Results) {
		return errors.New("the list is longer than its count")
	}
	return nil
}
