package parse

import (
	"net/http"
	"slices"
)

// An API is where endpoints are called: a client, a base URL, and what all calls have in common.
// It is a value. Copies of it and the results of [API.Sub] are independent. It is safe for
// concurrent use as long as it is not changed.
//
//	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2"}
//	pikachu, err := getPokemon.Call(ctx, api, "pikachu")
//
// Namespaces are structs that embed it:
//
//	type PokeAPI struct {
//		Pokemon struct{ parse.API }
//		Berry   struct{ parse.API }
//	}
type API struct {
	// Client sends the requests. Nil means [http.DefaultClient].
	Client *http.Client
	// Base is the URL that paths are appended to: scheme, host and perhaps a
	// path, with or without a slash at the end. It has no query.
	Base string
	// Header is set on every request. It does not follow a redirect to another
	// origin.
	Header http.Header
	// Options apply to every call. Those of the endpoint come after them, those of the call last.
	Options []Option
}

// Sub returns a copy with further options. Changing the fields of the copy does not affect a.
func (a API) Sub(opts ...Option) API {
	a.Header = a.Header.Clone()
	a.Options = slices.Concat(a.Options, opts)
	return a
}
