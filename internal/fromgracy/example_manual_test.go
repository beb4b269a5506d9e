package fromgracy_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/retry"
)

// The snippets of the manual that are more than a row.

func Example_start() {
	stats := metrics.New("poke")
	client := &http.Client{Transport: gracy.Around(pokeAPI(), stats, logging.New(logging.Config{
		Logger:   lines(),
		Request:  logging.At(slog.LevelDebug),
		Response: logging.Message(slog.LevelInfo, "{STATUS} for {URL}"), // and {ELAPSED}
	}))}
	api := parse.API{Client: client, Base: "https://pokeapi.co/api/v2/"}
	defer report.Table(io.Discard, stats) // to os.Stdout, say

	vulpix, err := getPokemon.Call(ctx, api, "vulpix")
	fmt.Println(vulpix.ID, err)
	// Output:
	// level=DEBUG msg="GET https://pokeapi.co/api/v2/pokemon/vulpix"
	// level=INFO msg="200 for https://pokeapi.co/api/v2/pokemon/vulpix"
	// 37 <nil>
}

func Example_knobs() {
	policy := retry.Policy{
		Attempts:   4,                             // max_attempts=3: the first one counts here
		Delay:      20 * time.Millisecond,         // delay=0.02
		Multiplier: 2,                             // delay_modifier=2
		Jitter:     retry.NoJitter,                // Python has none
		When:       retry.Always,                  // retry_on=None
		Delays:     map[int]time.Duration{502: 0}, // overrides
		Unsafe:     true,                          // every method
		Budget:     retry.NoBudget(),              // whatever it costs
	}
	logs := logging.Config{
		Logger:    lines(),
		Errors:    logging.At(logging.NoLevel),
		Retry:     logging.Message(slog.LevelDebug, "{RETRY_CAUSE}, again in {RETRY_DELAY}s"),  // log_before
		Retried:   logging.Message(slog.LevelInfo, "{CUR_ATTEMPT} of {MAX_ATTEMPT}: {STATUS}"), // log_after
		Exhausted: logging.Message(slog.LevelError+4, "no luck with {UENDPOINT}"),              // log_exhausted
	}
	api := pokeAPI(500, 502, 500, 500).behind(logging.New(logs), retry.New(policy))
	_, err := getPokemon.Call(ctx, api, "vulpix")
	fmt.Println(err) // behavior="break"
	// Output:
	// level=DEBUG msg="status 500, again in 0.02s"
	// level=INFO msg="2 of 4: 502"
	// level=DEBUG msg="status 502, again in 0s"
	// level=INFO msg="3 of 4: 500"
	// level=DEBUG msg="status 500, again in 0.08s"
	// level=INFO msg="4 of 4: 500"
	// level=ERROR+4 msg="no luck with /pokemon/{name}"
	// GET /pokemon/{name}: 500 Internal Server Error after 4 attempts
}

type Height struct{ Height int }

// Each endpoint has what it wants of its own, and the rest from the API.
var (
	heightOf = parse.NewEndpoint[string, *Height]("GET /pokemon/{name}", retry.Off, logging.Off, parse.ZeroOn(404))
	tall     = parse.NewEndpoint[string, Height]("GET /pokemon/{name}", parse.Only(200))
)

func Example_methods() {
	api := pokeAPI(503, 503).behind(
		logging.New(logging.Config{Logger: lines(), Errors: logging.Message(slog.LevelError, "{UENDPOINT}: {STATUS} again")}),
		retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay}),
	)
	_, err := heightOf.Call(ctx, api, "onix") // no retry, no line
	fmt.Println(err)
	h, err := tall.Call(ctx, api, "onix") // both
	fmt.Println(h, err)
	none, err := heightOf.Call(ctx, api, "missingno")
	fmt.Println(none, err)
	_, err = tall.Call(ctx, api, "missingno")
	fmt.Println(err)
	// Output:
	// GET /pokemon/{name}: 503 Service Unavailable
	// {88} <nil>
	// <nil> <nil>
	// level=ERROR msg="/pokemon/{name}: 404 again"
	// GET /pokemon/{name}: 404 Not Found
}

func Example_token() {
	server := pokeAPI()
	api := server.behind(auth.Header("Authorization", "token s3cret", "https://pokeapi.co"))
	_, err := getPokemon.Call(ctx, api, "onix")
	fmt.Println(server.last().Header.Get("Authorization"), err)
	api.Base = "https://elsewhere.example/"
	_, _ = getPokemon.Call(ctx, api, "onix") // not its origin
	fmt.Println(len(server.last().Header["Authorization"]))
	// Output:
	// token s3cret <nil>
	// 0
}
