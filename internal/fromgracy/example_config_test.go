package fromgracy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func Example_row11() {
	server := pokeAPI(503, 503, 503, 503, 503)
	api := server.behind(retry.New(retry.Policy{Attempts: 2, Delays: map[int]time.Duration{503: 0}}))
	attempts := func(name string, opts ...parse.Option) int {
		before := server.sends()
		_, _ = getPokemon.Call(ctx, api, name, opts...)
		return server.sends() - before
	}
	fmt.Println("inherited:", attempts("abra"))
	fmt.Println("off:", attempts("kadabra", retry.Off))
	fmt.Println("a value:", attempts("alakazam", retry.Policy{Attempts: 3}))
	// Output:
	// inherited: 2
	// off: 1
	// a value: 3
}

func Example_row12() {
	api := pokeAPI(404, 404).behind(logging.New(logging.Config{Logger: lines()})) // failures at ERROR
	_, _ = getPokemon.Call(ctx, api, "missingno")

	api = pokeAPI(404).behind(logging.New(logging.Config{
		Logger:  lines(),
		Request: logging.At(slog.LevelDebug), // the errors are still logged
	}))
	_, _ = getPokemon.Call(ctx, api, "missingno")
	// Output:
	// level=ERROR msg="GET https://pokeapi.co/api/v2/pokemon/missingno failed: 404"
	// level=DEBUG msg="GET https://pokeapi.co/api/v2/pokemon/missingno"
	// level=ERROR msg="GET https://pokeapi.co/api/v2/pokemon/missingno failed: 404"
}

// A method with settings of its own, every layer included.
var probe = parse.NewEndpoint[string, *Pokemon]("GET /pokemon/{name}",
	retry.Off, logging.Off, parse.ZeroOn(404),
	concurrency.New(concurrency.Limit{Max: 5}),
	throttle.New(throttle.Rule{Limit: 2}),
)

func Example_row13() {
	server := pokeAPI(503)
	api := server.behind(
		logging.New(logging.Config{Logger: lines()}),
		retry.New(retry.Policy{}),
		concurrency.New(concurrency.Limit{Max: 20}),
		throttle.New(),
	)
	_, err := probe.Call(ctx, api, "abra")
	fmt.Println(err, server.sends())
	p, err := probe.Call(ctx, api, "missingno")
	fmt.Println(p, err)
	// Output:
	// GET /pokemon/{name}: 503 Service Unavailable 1
	// <nil> <nil>
}

func Example_row13missing() {
	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}))} // no limits that an option could replace
	_, err := probe.Call(ctx, parse.API{Client: client, Base: "https://pokeapi.co/api/v2/"}, "abra")
	fmt.Println(err)
	fmt.Println(errors.Is(err, verdict.ErrRejected)) // nothing was sent
	// Output:
	// GET /pokemon/{name}: options have no effect: the client has no layers throttle, concurrency that are on
	// true
}

func Example_row14() {
	server := pokeAPI(503)
	inner := server.behind(retry.New(retry.Policy{}))
	outer := pokeAPI().behind(retry.New(retry.Policy{}), hook.New(hook.Hooks{Before: func(ctx context.Context, _ *http.Request) error {
		_, err := getPokemon.Call(ctx, inner, "abra") // a call made within another one
		return err
	}}))
	_, err := getPokemon.Call(ctx, outer, "kadabra", retry.Off)
	fmt.Println(err, server.sends()) // retry.Off was for kadabra
	// Output: <nil> 2
}

func Example_row14literal() {
	off := transport.With(ctx, retry.Off) // a context reaches every client that it is given to
	server := pokeAPI(503)
	_, err := getPokemon.Call(off, server.behind(retry.New(retry.Policy{})), "abra")
	fmt.Println(err, server.sends())
	// Output: GET /pokemon/{name}: 503 Service Unavailable 1
}

// starters yields as it goes.
func starters(ctx context.Context, api parse.API) iter.Seq2[Pokemon, error] {
	return func(yield func(Pokemon, error) bool) {
		for _, name := range []string{"bulbasaur", "squirtle"} {
			if p, err := getPokemon.Call(ctx, api, name, retry.Off); !yield(p, err) || err != nil {
				return
			}
		}
	}
}

func Example_row15() {
	for p, err := range starters(ctx, pokeAPI().behind(retry.New(retry.Policy{}))) {
		fmt.Println(p.Name, err)
	}
	// Output:
	// bulbasaur <nil>
	// squirtle <nil>
}

func Example_row16() {
	api := pokeAPI(503).behind(retry.New(retry.Policy{Attempts: 4}), throttle.New(throttle.Rule{Limit: 10}))
	for _, note := range gracy.Explain(api.Client).Notes {
		fmt.Println(note)
	}
	fmt.Println(retry.Policy{Attempts: 2, Delay: time.Second}, "|", throttle.Off) // options

	resp, err := api.Client.Get(api.Base + "pokemon/abra")
	fmt.Println(transport.CallOf(resp).Count(), "attempts", err) // the whole Call prints each, with times, waits and verdict
	// Output:
	// retry: 4 attempts, waits up to 100ms 200ms 400ms, throttled up to 1s 2s 4s, full jitter, hints up to 1m30s
	// retry: a failed request that an SDK above sends again within 1m30s is sent once
	// throttle: 10 requests per second
	// throttle: a pause lasts at most 1m30s, scope host
	// retry: 2 attempts, waits up to 1s, full jitter, hints up to 1m30s | throttle: off
	// 2 attempts <nil>
}

func Example_row17() {
	stats, limit := metrics.New(""), concurrency.New(concurrency.Limit{Max: 2})
	api := handled(func(http.ResponseWriter, *http.Request) {
		fmt.Println(stats.Snapshot().InFlight, "calls,", limit.InFlight(), "slots,", limit.Waiting(), "waiting")
	}).behind(stats, limit)
	_, err := parse.Get[parse.None](ctx, api.Client, api.Base)
	fmt.Println(err, stats.Snapshot().InFlight)
	// Output:
	// 1 calls, 1 slots, 0 waiting
	// <nil> 0
}

func Example_row18() {
	fmt.Println(log.Flags() == log.LstdFlags, log.Prefix() == "", slog.Default().Enabled(ctx, slog.LevelDebug))
	// Output: true true false
}

func Example_row19() {
	api := pokeAPI().behind()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, api.Base+"pokemon/abra", nil)
	p, err := parse.JSON[Pokemon](api.Client.Do(req)) // types for a response that is there already
	fmt.Println(p.Name, err)
	// Output: abra <nil>
}
