package fromgracy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

var errReset = fmt.Errorf("read: %w", syscall.ECONNRESET)

func Example_row20() {
	server := pokeAPI(503, 503, 503, 503)
	api := server.behind(retry.New(retry.Policy{Attempts: 4, Delay: time.Millisecond}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err, server.sends())
	// Output: GET /pokemon/{name}: 503 Service Unavailable after 4 attempts 4
}

// asThere retries as the original does: a fixed growth, any method, no bound over
// all calls together.
var asThere = retry.Policy{
	Attempts:   4,               // max_attempts=3
	Delay:      2 * time.Second, // delay=2
	Multiplier: 3,               // delay_modifier=3
	MaxDelay:   time.Hour,       // no cap
	Jitter:     retry.NoJitter,
	When:       retry.Always, // retry_on=None
	Unsafe:     true,         // POST too
	Repeats:    retry.IgnoreRepeats,
	Budget:     retry.NoBudget(),
}

func Example_row20literal() {
	server := handled(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	policy := asThere
	policy.Delay = retry.NoDelay // for this Example
	api := server.behind(retry.New(policy))
	create := parse.NewEndpoint[parse.None, parse.None]("POST /team")
	for range 5 {
		_, _ = create.Call(ctx, api, parse.None{})
	}
	fmt.Println(server.sends())
	// Output: 20
}

func Example_row21() {
	fmt.Println(retry.Policy{Delay: 2 * time.Second, Multiplier: 3, Attempts: 4})
	fmt.Println(asThere)
	// Output:
	// retry: 4 attempts, waits up to 2s 6s 18s, full jitter, hints up to 1m30s
	// retry: 4 attempts, waits 2s 6s 18s, no jitter, hints up to 1m30s, decided by When, unsafe methods too, ignores repeats, no budget
}

func Example_row22() {
	policy := retry.Policy{Attempts: 4, Delay: 2 * time.Second, Delays: map[int]time.Duration{
		500: 0,
		502: 5 * time.Millisecond, // exact, without jitter
	}}
	server := pokeAPI(500, 502, 500)
	r, err := parse.Get[parse.Response[Pokemon]](ctx, server.behind(retry.New(policy)).Client, "https://pokeapi.co/api/v2/pokemon/abra")
	for a := range r.Call.Attempts() {
		fmt.Print(a.Wait(transport.Backoff) >= 5*time.Millisecond, " ")
	}
	fmt.Println(err)
	// Output: false false true false <nil>
}

type BusyError struct{ In string }

func (e *BusyError) Error() string { return "busy in " + e.In }

func Example_row23() {
	for _, policy := range []retry.Policy{
		{Statuses: []int{404}},                                                        // a status; errors as by default
		{When: retry.OnError(syscall.ECONNRESET)},                                     // an error, and no status
		{When: retry.Any(retry.OnType[*BusyError](), retry.OnStatus(404))},            // an error by its type, or a status
		{When: retry.Always},                                                          // whatever failed
		{When: retry.All(retry.OnMethod("GET"), retry.Not(retry.OnStatus(501, 505)))}, // what else there is
	} {
		policy.Attempts, policy.Delay = 2, retry.NoDelay
		var retried []bool // after 404, a reset, a BusyError
		for _, fault := range []any{404, errReset, &BusyError{"Kanto"}} {
			server := pokeAPI(fault)
			_, _ = getPokemon.Call(ctx, server.behind(retry.New(policy)), "abra")
			retried = append(retried, server.sends() == 2)
		}
		fmt.Println(retried)
	}
	// Output:
	// [true true true]
	// [false true false]
	// [true false true]
	// [true true true]
	// [true true true]
}

func Example_row24() {
	server := pokeAPI(404)
	api := server.behind(retry.New(retry.Policy{When: retry.Always, Delay: retry.NoDelay}))
	p, err := parse.Get[*Pokemon](ctx, api.Client, "https://pokeapi.co/api/v2/pokemon/abra", parse.ZeroOn(404))
	fmt.Println(p, err, server.sends()) // accepted, so not retried
	// Output: <nil> <nil> 1
}

func Example_row25() {
	api := pokeAPI(503, errReset).behind(retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay}))
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(errors.Is(err, syscall.ECONNRESET), errors.Is(err, parse.Status(503)))
	// Output: true false
}

func Example_row26() {
	for _, policy := range []retry.Policy{{Attempts: 1}, {Attempts: 2, Delay: retry.NoDelay}} {
		api := pokeAPI(errReset, errReset).behind(retry.New(policy))
		_, err := getPokemon.Call(ctx, api, "abra")
		e, _ := errors.AsType[*parse.Error](err) // one type, after one attempt and after more
		fmt.Println(errors.Is(err, syscall.ECONNRESET), e.Call.Count(), errors.Is(err, retry.ErrExhausted))
	}
	// Output:
	// true 1 false
	// true 2 true
}

func Example_row26literal() {
	for _, policy := range []retry.Policy{{Attempts: 1}, {Attempts: 2, Delay: retry.NoDelay}} {
		client := pokeAPI(errReset, errReset).behind(retry.New(policy)).Client
		_, err := client.Get("https://pokeapi.co/") // without parse: bare after one attempt, wrapped after more
		several, ok := errors.AsType[*retry.Error](err)
		fmt.Println(errors.Is(err, syscall.ECONNRESET), ok, several != nil && several.Attempts == 2)
	}
	// Output:
	// true false false
	// true true true
}

func Example_row28() {
	api := pokeAPI(503, errReset).behind(
		logging.New(logging.Config{
			Logger: lines(),
			Retry:  logging.Message(slog.LevelInfo, "attempt {CUR_ATTEMPT} of {MAX_ATTEMPT} failed, another in {RETRY_DELAY}s"),
		}),
		retry.New(retry.Policy{Attempts: 3, Delay: time.Millisecond, Jitter: retry.NoJitter}),
		hook.New(hook.Hooks{After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			fmt.Println(o.Attempt.Number(), o.Attempt.Cause(), o.Verdict, o.Err != nil)
			return nil, nil
		}}),
	)
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err)
	// Output:
	// 1 first retryable false
	// level=INFO msg="attempt 1 of 3 failed, another in 0.001s"
	// 2 retry retryable true
	// level=INFO msg="attempt 2 of 3 failed, another in 0.002s"
	// 3 retry ok false
	// <nil>
}

func Example_row29() {
	api := pokeAPI(503, errReset).behind(
		logging.New(logging.Config{
			Logger: lines(), Errors: logging.At(logging.NoLevel),
			Retry:     logging.Message(slog.LevelInfo, "again after {RETRY_CAUSE} {ERROR}"),
			Exhausted: logging.Message(slog.LevelInfo, "given up after {RETRY_CAUSE}, {STOPPED}"),
		}),
		retry.New(retry.Policy{Attempts: 3, Delay: retry.NoDelay}),
	)
	check := parse.Check(func(p *Pokemon) error {
		if p.ID != 1 {
			return errors.New("not the first")
		}
		return nil
	})
	_, err := getPokemon.Call(ctx, api, "ivysaur", check)
	fmt.Println(err)
	// Output:
	// level=INFO msg="again after status 503"
	// level=INFO msg="again after error read: connection reset by peer"
	// level=INFO msg="given up after check, attempts used up: 3 of 3"
	// GET /pokemon/{name}: check: not the first after 3 attempts
}

func Example_row30() {
	policy := retry.Policy{Attempts: 2, Delay: retry.NoDelay}
	layers := logging.Config{Logger: lines(), Errors: logging.At(logging.NoLevel), Exhausted: logging.Message(slog.LevelError+4, "{UENDPOINT}: {STATUS} to the end")}
	for _, server := range []*server{pokeAPI(503), pokeAPI(503, 503)} {
		_, err := getPokemon.Call(ctx, server.behind(logging.New(layers), retry.New(policy)), "abra")
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// level=ERROR+4 msg="/pokemon/{name}: 503 to the end"
	// GET /pokemon/{name}: 503 Service Unavailable after 2 attempts
}

func Example_row31() {
	echo := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Printf("%s ", body)
		w.WriteHeader(503)
	}
	client := pokeAPI(echo, echo, echo).behind(retry.New(retry.Policy{Delay: retry.NoDelay})).Client
	body := io.MultiReader(strings.NewReader("bulba"), strings.NewReader("saur")) // no way back
	req, _ := http.NewRequestWithContext(ctx, http.MethodPut, "https://pokeapi.co/team", body)
	resp, err := client.Do(req)
	fmt.Println(resp.Status, err)
	// Output: bulbasaur bulbasaur bulbasaur 503 Service Unavailable <nil>
}

func Example_row32() {
	server := pokeAPI(503)
	api := server.behind(
		retry.New(retry.Policy{Attempts: 2, Delay: time.Hour, MaxDelay: time.Hour, Jitter: retry.NoJitter}),
		concurrency.New(concurrency.Limit{Max: 1}),
	)
	slow, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { _, err := getPokemon.Call(slow, api, "slowpoke"); ended <- err }()
	for server.sends() == 0 {
		runtime.Gosched()
	}
	p, err := getPokemon.Call(ctx, api, "rapidash") // slowpoke waits for an hour, without a slot
	fmt.Println(p.Name, err)
	cancel()
	fmt.Println(errors.Is(<-ended, context.Canceled), server.sends())
	// Output:
	// rapidash <nil>
	// true 2
}

func Example_row32literal() {
	limit := concurrency.New(concurrency.Limit{Max: 1})
	held := func(context.Context, *http.Request) error {
		fmt.Println("an attempt, with", limit.InFlight(), "slot")
		return nil
	}
	outside := pokeAPI(503).behind(limit, retry.New(retry.Policy{Delay: time.Millisecond}), hook.New(hook.Hooks{Before: held}))
	_, err := getPokemon.Call(ctx, outside, "abra") // one slot for all attempts and the waits between them
	fmt.Println(err)
	// Output:
	// an attempt, with 1 slot
	// an attempt, with 1 slot
	// <nil>
}

func Example_row24literal() {
	server := pokeAPI(404)
	api := server.behind(retry.New(retry.Policy{Statuses: []int{404}, Delay: retry.NoDelay}))
	find := parse.NewEndpoint[string, *Pokemon]("GET /pokemon/{name}", parse.OnFunc(404, func(parse.Failure) error { return nil }))
	p, err := find.Call(ctx, api, "missingno") // a failure to the layers, none to the caller
	fmt.Println(p, err, server.sends())
	// Output: <nil> <nil> 3
}
