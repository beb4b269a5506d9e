package fromgracy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

// crowd makes calls at once, and returns how many had a slot while the others waited.
func crowd(calls int, limit *concurrency.Limiter, opts ...parse.Option) int {
	open, arrived := make(chan struct{}), make(chan struct{}, calls)
	api := handled(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{}; <-open }).behind(limit)
	call := parse.NewEndpoint[string, parse.None]("GET /pokemon/{name}", opts...)
	var all sync.WaitGroup
	for range calls {
		all.Go(func() { _, _ = call.Call(ctx, api, "abra") })
	}
	limits := []*concurrency.Limiter{limit}
	for _, opt := range opts {
		if own, ok := opt.(*concurrency.Limiter); ok {
			limits = append(limits, own)
		}
	}
	for waiting := 0; len(arrived)+waiting < calls; runtime.Gosched() {
		waiting = 0
		for _, l := range limits {
			waiting += l.Waiting()
		}
	}
	most := len(arrived)
	close(open)
	all.Wait()
	return most
}

func Example_row39() {
	fmt.Println(crowd(9, concurrency.New(concurrency.Limit{Max: 1}))) // per host
	// for each URL template, as in Python:
	fmt.Println(crowd(9, concurrency.New(concurrency.Limit{Max: 2, Scope: transport.ScopeRoute})))
	// for all requests together, limit_per_uurl=False:
	fmt.Println(crowd(9, concurrency.New(concurrency.Limit{Max: 3, Scope: transport.ScopeAll})))
	// some URLs, and slots for each of a value, uurl_pattern and blocking_args:
	trainer := func(req *http.Request) string { return req.Header.Get("X-Trainer") }
	fmt.Println(crowd(9, concurrency.New(concurrency.Limit{Max: 4, Route: "GET /pokemon/{name}", Key: trainer})))
	// Output:
	// 1
	// 2
	// 3
	// 4
}

func Example_row39method() {
	limit := concurrency.New(concurrency.Limit{Max: 2})
	fmt.Println(crowd(9, limit)) // the client's
	fmt.Println(crowd(9, limit, concurrency.New(concurrency.Limit{Max: 5})))
	fmt.Println(crowd(9, limit, concurrency.Off))
	// Output:
	// 2
	// 5
	// 9
}

func Example_row40() {
	limit := concurrency.New(concurrency.Limit{Max: 1})
	var api parse.API
	server := handled(func(http.ResponseWriter, *http.Request) {
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan error)
		go func() { _, err := parse.Get[parse.None](ctx, api.Client, api.Base); done <- err }()
		for limit.Waiting() == 0 {
			runtime.Gosched()
		}
		cancel() // a call that waits for the slot of this one
		fmt.Println(errors.Is(<-done, context.Canceled), limit.InFlight())
	})
	api = server.behind(limit)
	_, err := parse.Get[parse.None](ctx, api.Client, api.Base)
	fmt.Println(err, limit.InFlight(), server.sends())
	// Output:
	// true 1
	// <nil> 0 1
}

func Example_row41() {
	var api parse.API
	log := func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
		_, err := getPokemon.Call(ctx, api, "porygon") // the call of the hook gets the slot of the call outside
		return nil, err
	}
	server := pokeAPI()
	api = server.behind(concurrency.New(concurrency.Limit{Max: 1}), hook.New(hook.Hooks{After: log}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err, server.sends())
	// Output: <nil> 2
}

func Example_row42() {
	limit := concurrency.New(concurrency.Limit{Max: 1})
	api := pokeAPI(func(w http.ResponseWriter, _ *http.Request) {
		for limit.Waiting() == 0 { // the first call takes until another one waits
			runtime.Gosched()
		}
		w.WriteHeader(http.StatusNoContent)
	}).behind(logging.New(logging.Config{
		Logger: lines(), Errors: logging.At(logging.NoLevel),
		Queued:   logging.Message(slog.LevelInfo, "{UENDPOINT} waits: {CONCURRENT_REQUESTS} at once"),
		Acquired: logging.Message(slog.LevelDebug, "{UENDPOINT} has its slot"), // and {QUEUE_TIME}
		Freed:    logging.Message(slog.LevelDebug, "{UENDPOINT} made room"),
	}), limit)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { _, _ = getPokemon.Call(ctx, api, "abra") })
	}
	all.Wait()
	// Output:
	// level=INFO msg="/pokemon/{name} waits: 1 at once"
	// level=DEBUG msg="/pokemon/{name} has its slot"
	// level=DEBUG msg="/pokemon/{name} made room"
}
