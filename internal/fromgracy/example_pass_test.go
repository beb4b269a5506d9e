package fromgracy_test

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// passed is behavior="pass": the last response, whatever it says, and nil for a call
// that was aborted.
func passed(resp *http.Response, _ error) *http.Response { return resp }

func Example_row27() {
	open := transport.Expect{Status: []int{404}, Check: func(resp *http.Response) error {
		if resp.Header.Get("Retry-After") != "" {
			return errors.New("not open yet")
		}
		return nil
	}}
	early := func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "0") }
	for _, fault := range []any{404, 503, early, errReset} {
		server := pokeAPI(fault, fault)
		api := server.behind(retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay}))
		req, err := getPokemon.Request(ctx, api, "abra", open)
		if err != nil { // an argument that cannot be sent
			fmt.Println(err)
			return
		}
		if resp := passed(api.Client.Do(req)); resp != nil {
			fmt.Println(resp.StatusCode, server.sends())
			resp.Body.Close()
		} else {
			fmt.Println(nil, server.sends())
		}
	}
	// Output:
	// 404 1
	// 503 2
	// 200 2
	// <nil> 2
}

// result is the same for the result of an endpoint: the zero value if there is none.
func result[T any](value T, _ error) T { return value }

func Example_row27result() {
	maybe := parse.NewEndpoint[string, *Pokemon]("GET /pokemon/{name}", parse.ZeroOn(404))
	for _, server := range []*server{pokeAPI(), pokeAPI(404), pokeAPI(503, 503), pokeAPI(errReset, errReset)} {
		api := server.behind(retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay}))
		if p := result(maybe.Call(ctx, api, "abra")); p != nil {
			fmt.Println(p.Name, server.sends())
		} else {
			fmt.Println(nil, server.sends())
		}
	}
	// Output:
	// abra 1
	// <nil> 1
	// <nil> 2
	// <nil> 2
}
