package parse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/parse"
)

// Pokemon is what the examples fetch.
type Pokemon struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// offline responds as PokéAPI does.
type offline struct{}

func (offline) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {"application/json"}}, Body: http.NoBody, Request: req}
	if strings.HasSuffix(req.URL.Path, "/pokemon/pikachu") {
		resp.StatusCode = 200
		resp.Body = io.NopCloser(strings.NewReader(`{"id":25,"name":"pikachu"}`))
	}
	return resp, nil
}

var client = &http.Client{Transport: offline{}}

func ExampleGet() {
	ctx := context.Background()
	p, err := parse.Get[Pokemon](ctx, client, "https://pokeapi.co/api/v2/pokemon/pikachu")
	fmt.Println(p.ID, err)

	_, err = parse.Get[Pokemon](ctx, client, "https://pokeapi.co/api/v2/pokemon/missingno?key=secret")
	fmt.Println(err)
	fmt.Println(errors.Is(err, parse.Status(404)))
	// Output:
	// 25 <nil>
	// GET https://pokeapi.co/api/v2/pokemon/missingno: 404 Not Found
	// true
}

func ExampleJSON() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://pokeapi.co/api/v2/pokemon/pikachu", nil)
	p, err := parse.JSON[Pokemon](client.Do(req))
	fmt.Println(p.Name, err)
	// Output: pikachu <nil>
}

var errUnknown = errors.New("no such Pokémon")

var getPokemon = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.On(404, errUnknown))

func ExampleNewEndpoint() {
	ctx := context.Background()
	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2"}

	p, err := getPokemon.Call(ctx, api, "pikachu")
	fmt.Println(p.ID, err)

	_, err = getPokemon.Call(ctx, api, "missingno")
	fmt.Println(err)
	fmt.Println(errors.Is(err, errUnknown), errors.Is(err, parse.Status(404)))

	_, err = getPokemon.Call(ctx, api, "..")
	fmt.Println(err)
	// Output:
	// 25 <nil>
	// GET /pokemon/{name}: 404 Not Found: no such Pokémon
	// true true
	// GET /pokemon/{name}: name makes a dot segment that would change the path
}

func ExampleZeroOn() {
	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2"}
	find := parse.NewEndpoint[string, *Pokemon]("GET /pokemon/{name}", parse.ZeroOn(404))
	p, err := find.Call(context.Background(), api, "missingno")
	fmt.Println(p == nil, err)
	// Output: true <nil>
}

func ExampleOnFunc() {
	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2"}
	get := parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.OnFunc(404, func(f parse.Failure) error {
		return fmt.Errorf("%s is unknown to %s", f.Arg("name"), "PokéAPI")
	}))
	_, err := get.Call(context.Background(), api, "missingno")
	fmt.Println(err)
	// Output: GET /pokemon/{name}: 404 Not Found: missingno is unknown to PokéAPI
}

func ExampleCheck() {
	notEmpty := parse.Check(func(p *Pokemon) error {
		if p.Name != "raichu" {
			return errors.New("not the one")
		}
		return nil
	})
	_, err := parse.Get[Pokemon](context.Background(), client, "https://pokeapi.co/api/v2/pokemon/pikachu", notEmpty)
	fmt.Println(err)
	// Output: GET https://pokeapi.co/api/v2/pokemon/pikachu: check: not the one
}

func ExampleAPI_Sub() {
	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2"}
	lenient := api.Sub(parse.ZeroOn(404), parse.MaxBytes(1<<20))
	get := parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}")
	_, err := get.Call(context.Background(), api, "missingno")
	fmt.Println(err)
	_, err = get.Call(context.Background(), lenient, "missingno")
	fmt.Println(err)
	// Output:
	// GET /pokemon/{name}: 404 Not Found
	// <nil>
}

func ExampleResponse() {
	r, err := parse.Get[parse.Response[Pokemon]](context.Background(), client, "https://pokeapi.co/api/v2/pokemon/pikachu")
	fmt.Println(r.Status, r.Header.Get("Content-Type"), r.Value.Name, err)
	// Output: 200 application/json pikachu <nil>
}

// mistyped responds with JSON that it calls HTML.
type mistyped struct{}

func (mistyped) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"text/html"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(`{"id":25,"name":"pikachu"}`)),
	}, nil
}

func ExampleAs() {
	ctx := context.Background()
	client := &http.Client{Transport: mistyped{}}
	_, err := parse.Get[Pokemon](ctx, client, "https://api.test/pikachu")
	fmt.Println(err)
	p, err := parse.Get[Pokemon](ctx, client, "https://api.test/pikachu", parse.As("application/json", "text/html"))
	fmt.Println(p.Name, err)
	// Output:
	// GET https://api.test/pikachu: decode text/html: no decoder for this media type: choose one with As
	// pikachu <nil>
}
