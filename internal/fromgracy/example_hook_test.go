package fromgracy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// Dex has its resources in namespaces.
type Dex struct {
	Pokemon PokemonAPI
	Berry   struct{ parse.API }
}

type PokemonAPI struct{ parse.API }

func (p PokemonAPI) One(ctx context.Context, name string) (Pokemon, error) {
	return getPokemon.Call(ctx, p.API, name)
}

func NewDex(api parse.API) *Dex {
	d := &Dex{Pokemon: PokemonAPI{api}}
	d.Berry.API = api.Sub(parse.ZeroOn(404)) // all of api, and a rule of its own
	return d
}

func Example_row43() {
	dex := NewDex(pokeAPI().behind())
	p, err := dex.Pokemon.One(ctx, "abra")
	fmt.Println(p.Name, err)
	b, err := berryByName.Call(ctx, dex.Berry.API, "cheri")
	fmt.Println(b.Name, err)
	// Output:
	// abra <nil>
	// cheri <nil>
}

func Example_row44() {
	stats := metrics.New("")
	count := hook.New(hook.Hooks{Before: func(ctx context.Context, _ *http.Request) error {
		fmt.Println(transport.CallFrom(ctx).Route())
		return nil
	}})
	dex := NewDex(pokeAPI().behind(stats, count)) // one client: hooks, limits and figures are shared
	_, _ = dex.Pokemon.One(ctx, "abra")
	_, _ = berryByName.Call(ctx, dex.Berry.API, "cheri")
	fmt.Println(stats.Snapshot().Total.Calls)
	// Output:
	// /pokemon/{name}
	// /berry/{name}
	// 2
}

func Example_row45() {
	dex := NewDex(pokeAPI().behind())
	_, err := dex.Pokemon.One(ctx, "missingno")
	fmt.Println(err)
	b, err := berryByName.Call(ctx, dex.Berry.API, "missingno") // its own rule
	fmt.Println(b, err)
	dex.Berry.Base = "https://berries.example/api/" // and its own base
	fmt.Println(dex.Pokemon.Base)
	// Output:
	// GET /pokemon/{name}: 404 Not Found
	// {0 } <nil>
	// https://pokeapi.co/api/v2/
}

func Example_row46() {
	server := pokeAPI()
	api := server.behind(hook.New(hook.Hooks{Before: func(_ context.Context, req *http.Request) error {
		if req.Method != http.MethodGet {
			return errors.New("read only") // nothing is sent
		}
		req.Header.Set("X-Request-Id", "42") // a copy: what the caller has stays as it is
		return nil
	}}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(server.last().Header.Get("X-Request-Id"), err)
	_, err = parse.NewEndpoint[string, parse.None]("DELETE /pokemon/{name}").Call(ctx, api, "abra")
	fmt.Println(server.sends(), err)
	// Output:
	// 42 <nil>
	// 1 DELETE /pokemon/{name}: hook: vetoed: read only
}

// counters counts as the hooks of the original do. Hooks are called concurrently.
type counters struct{ before, retries, aborts, bad, good atomic.Int32 }

func (c *counters) String() string {
	return fmt.Sprint(c.before.Load(), " before, ", c.retries.Load(), " retries, ", c.aborts.Load(), " aborts, ", c.bad.Load(), " bad, ", c.good.Load(), " good")
}

func (c *counters) hooks() hook.Hooks {
	return hook.Hooks{
		Before: func(context.Context, *http.Request) error { c.before.Add(1); return nil },
		After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			if o.Attempt.Cause() == transport.Retry {
				c.retries.Add(1)
			}
			switch {
			case o.Err != nil:
				c.aborts.Add(1)
			case o.Response.StatusCode >= 400:
				c.bad.Add(1)
			default:
				c.good.Add(1)
			}
			return nil, nil
		},
	}
}

func Example_row47() {
	var calls, attempts counters
	api := pokeAPI(503, errReset).behind(
		hook.New(calls.hooks()), // outside of retry: once for a call
		retry.New(retry.Policy{Delay: retry.NoDelay}),
		hook.New(attempts.hooks()), // inside: for each attempt, as in Python
	)
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(&calls)
	fmt.Println(&attempts, err)
	// Output:
	// 1 before, 1 retries, 0 aborts, 0 bad, 1 good
	// 3 before, 2 retries, 1 aborts, 1 bad, 1 good <nil>
}

func Example_row48() {
	var api parse.API
	server := pokeAPI()
	api = server.behind(logging.New(logging.Config{Logger: lines()}), hook.New(hook.Hooks{
		After: func(ctx context.Context, _ hook.Outcome) (*http.Response, error) {
			_, err := getPokemon.Call(ctx, api, "porygon") // runs no hooks
			return nil, errors.Join(err, errors.New("no disk"))
		},
	}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err, server.sends())
	// Output:
	// level=ERROR msg="GET https://pokeapi.co/api/v2/pokemon/abra: a hook failed: no disk"
	// <nil> 2
}

// tooMany responds with 429 and what to wait.
func tooMany(retryAfter string) any {
	return func(w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

func Example_row49() {
	limit := throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{
		Scope:  transport.ScopeRoute,                                                      // lock_per_endpoint=True
		Adjust: func(asked time.Duration) time.Duration { return asked + 10*time.Second }, // seconds_processor
	}})
	api := pokeAPI(tooMany("5")).behind(logging.New(logging.Config{
		Logger: lines(), Errors: logging.At(logging.NoLevel),
		Paused: logging.Message(slog.LevelWarn, "{UENDPOINT}: {RETRY_AFTER}s asked for, {RETRY_AFTER_ACTUAL_WAIT}s waited"),
	}), limit)
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err)

	short, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err = getPokemon.Call(short, api, "kadabra") // rejected at once
	fmt.Println(errors.Is(err, throttle.ErrDeadline))
	_, err = berryByName.Call(short, api, "cheri") // another endpoint
	fmt.Println(err)
	// Output:
	// level=WARN msg="/pokemon/{name}: 5s asked for, 15s waited"
	// GET /pokemon/{name}: 429 Too Many Requests
	// true
	// <nil>
}

func Example_row49dry() {
	limit := throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{DryRun: true}})
	api := pokeAPI(tooMany("5")).behind(logging.New(logging.Config{Logger: lines(), Errors: logging.At(logging.NoLevel), Paused: logging.At(slog.LevelInfo)}), limit)
	_, _ = getPokemon.Call(ctx, api, "abra")
	_, err := getPokemon.Call(ctx, api, "abra") // nothing is held back
	fmt.Println(err)
	// Output:
	// level=INFO msg="GET https://pokeapi.co/api/v2/pokemon/abra returned 429: pokeapi.co is paused for 5s"
	// <nil>
}

func Example_row50() {
	fixed := func(time.Duration) time.Duration { return 30 * time.Second } // whatever a header says
	for _, header := range []string{"", "5"} {
		limit := throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{Fixed: 30 * time.Second, Adjust: fixed}})
		api := pokeAPI(tooMany(header)).behind(logging.New(logging.Config{
			Logger: lines(), Errors: logging.At(logging.NoLevel),
			Paused: logging.Message(slog.LevelInfo, "{STATUS}: pause of {WAIT_TIME}s"),
		}), limit)
		_, _ = getPokemon.Call(ctx, api, "abra")
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, api.Base+"berry/cheri", nil)
		fmt.Println(limit.Paused(req) > 29*time.Second) // all of the host
	}
	// Output:
	// level=INFO msg="429: pause of 30s"
	// true
	// level=INFO msg="429: pause of 30s"
	// true
}

func Example_row51() {
	server := pokeAPI(tooMany("30"))
	api := server.behind(throttle.New()) // pauses are on without any rule
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err)

	short, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err = berryByName.Call(short, api, "cheri") // another call to the host: rejected
	fmt.Println(errors.Is(err, throttle.ErrDeadline), server.sends())
	// Output:
	// GET /pokemon/{name}: 429 Too Many Requests
	// true 1
}

func Example_row51literal() {
	server := pokeAPI(tooMany("30"))
	api := server.behind(throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{Max: throttle.NoPause}}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err)
	_, err = berryByName.Call(ctx, api, "cheri") // goes, though the server asked for half a minute
	fmt.Println(err, server.sends())
	// Output:
	// GET /pokemon/{name}: 429 Too Many Requests
	// <nil> 2
}
