package fromgracy_test

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

func Example_row33() {
	fmt.Println(throttle.Rule{URL: `/berry/`, Limit: 5})
	fmt.Println(throttle.Rule{URL: `/generation/\d`, Limit: 30, Per: 2 * time.Minute})
	fmt.Println(throttle.MustRate("1000/24h")) // from a configuration
	// Output:
	// 5 requests per second for URLs matching /berry/
	// 30 requests per 2 minutes for URLs matching /generation/\d
	// 1000 requests per 24 hours
}

func Example_row34() {
	for _, per := range []time.Duration{time.Second, 90 * time.Second, 200 * time.Millisecond, time.Hour, 90 * time.Minute} {
		fmt.Println(throttle.Rule{Limit: 5, Per: per})
	}
	// Output:
	// 5 requests per second
	// 5 requests per 90 seconds
	// 5 requests per 200 milliseconds
	// 5 requests per hour
	// 5 requests per 90 minutes
}

func Example_row35() {
	api := pokeAPI().behind(throttle.New(throttle.Rule{Limit: 2, Per: 30 * time.Millisecond}))
	start := time.Now()
	for range 5 {
		_, _ = getPokemon.Call(ctx, api, "abra")
	}
	fmt.Println(time.Since(start) >= 60*time.Millisecond) // 2, 2 and 1
	// Output: true
}

func Example_row36() {
	stats := metrics.New("")
	api := pokeAPI().behind(stats, throttle.New(
		throttle.Rule{URL: `/pokemon/`, Limit: 1, Per: time.Hour},
		throttle.Rule{URL: `/berry/`, Limit: 100},
	))
	_, err := getPokemon.Call(ctx, api, "abra") // the hour is used up
	fmt.Println(err)
	_, err = berryByName.Call(ctx, api, "cheri") // and no other URL waits for it
	fmt.Println(err, stats.Snapshot().Total.Throttled)
	// Output:
	// <nil>
	// <nil> 0
}

func Example_row37() {
	stats := metrics.New("")
	api := pokeAPI().behind(stats,
		logging.New(logging.Config{
			Logger:    lines(),
			Throttled: logging.Message(slog.LevelInfo, "{UENDPOINT} is over {THROTTLE_LIMIT} per {THROTTLE_TIME_RANGE}"),
			Released:  logging.Message(slog.LevelDebug, "{UENDPOINT} goes on"),
		}),
		throttle.New(throttle.Rule{Limit: 1, Per: 300 * time.Millisecond, Margin: throttle.NoMargin}),
	)
	_, _ = getPokemon.Call(ctx, api, "abra")
	_, _ = getPokemon.Call(ctx, api, "kadabra")
	total := stats.Snapshot().Total
	fmt.Println(total.Throttled, total.Waits.Quota > 0) // calls, and time
	// Output:
	// level=INFO msg="/pokemon/{name} is over 1 per 300 milliseconds"
	// level=DEBUG msg="/pokemon/{name} goes on"
	// 1 true
}

func Example_row38() {
	limit := throttle.New(throttle.Rule{Limit: 2, Per: time.Hour})
	first, second := pokeAPI().behind(limit), pokeAPI().behind(limit) // one quota for both
	_, err := getPokemon.Call(ctx, first, "abra")
	fmt.Println(err)
	_, err = getPokemon.Call(ctx, second, "abra")
	fmt.Println(err)
	_, err = getPokemon.Call(ctx, second, "abra", throttle.Off) // neither counted nor held back
	fmt.Println(err)

	own := throttle.New(throttle.Rule{Limit: 1, Per: time.Hour, MaxWait: time.Millisecond})
	for range 2 { // another limit for one method
		r, err := parse.Get[parse.Response[Pokemon]](transport.With(ctx, own), first.Client, first.Base+"pokemon/abra")
		fmt.Println(r.Status, err != nil)
	}
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// 200 false
	// 0 true
}
