package fromgracy_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/retry"
)

// still is what a recorder counted, as if each call had taken 10 ms.
type still struct{ *metrics.Recorder }

func (s still) Snapshot() metrics.Snapshot {
	shot, d := s.Recorder.Snapshot(), 10*time.Millisecond
	for i := range shot.Rows {
		shot.Rows[i].Rate = float64(shot.Rows[i].Calls) / 60
		shot.Rows[i].First, shot.Rows[i].Last = shot.From, shot.From.Add(time.Minute)
		n := shot.Rows[i].Latency.Count
		shot.Rows[i].Latency = metrics.Latency{
			Count: n, Sum: time.Duration(n) * d, Min: d, Mean: d, P50: d, P90: d, P99: d, Max: d,
			Buckets: []metrics.Bucket{{Index: -106, Count: n}},
		}
	}
	return shot
}

// afternoon makes three calls, one of which needs two attempts and one of which fails.
func afternoon() *metrics.Recorder {
	stats := metrics.New("poke")
	api := pokeAPI(503).behind(stats, retry.New(retry.Policy{Delay: retry.NoDelay}))
	_, _ = getPokemon.Call(ctx, api, "abra")
	_, _ = getPokemon.Call(ctx, api, "missingno")
	_, _ = berryByName.Call(ctx, api, "cheri")
	return stats
}

func Example_row71() {
	one, other := metrics.New("one"), metrics.New("other") // nothing is shared unless you share it
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(one), "abra")
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(other), "abra")
	fmt.Println(one.Snapshot().Total.Calls, metrics.Merge(one.Snapshot(), other.Snapshot()).Total.Calls)
	one.Reset()
	fmt.Println(one.Snapshot().Total.Calls, other.Snapshot().Total.Calls)
	// Output:
	// 1 2
	// 0 1
}

func Example_row71literal() {
	everything := metrics.New("") // one recorder in every client
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(everything), "abra")
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(everything), "abra")
	fmt.Println(everything.Snapshot().Total.Calls)
	// Output: 2
}

func Example_row72() {
	shot := afternoon().Snapshot()
	for _, r := range append(shot.Rows, shot.Total) {
		fmt.Println(cmp.Or(r.Route, "TOTAL"), r.Method, r.Calls, r.Attempts)
	}
	// Output:
	// /pokemon/{name} GET 2 3
	// /berry/{name} GET 1 1
	// TOTAL  3 4
}

func Example_row72literal() {
	stats := metrics.New("") // inside of retry each attempt is a call to it
	api := pokeAPI(503).behind(retry.New(retry.Policy{Delay: retry.NoDelay}), stats)
	_, _ = getPokemon.Call(ctx, api, "abra")
	total := stats.Snapshot().Total
	fmt.Println(total.Calls, total.Successes, total.Failures)
	// Output: 2 1 1
}

func Example_row73() {
	var table strings.Builder
	_ = report.CSV(&table, afternoon())
	columns, _, _ := strings.Cut(table.String(), "\n")
	fmt.Println(columns)

	stats := metrics.New("")
	for _, allowed := range []parse.Option{parse.Allow(404), parse.ZeroOn(404), parse.Expect(404, errNoPokemon)} {
		_, _ = getPokemon.Call(ctx, pokeAPI(404).behind(stats), "abra", allowed)
	}
	total := stats.Snapshot().Total
	fmt.Println(total.Successes, total.Failures, total.Status4xx)
	// Output:
	// client,method,route,calls,attempts,success_percent,fail_percent,canceled,mean_seconds,p50_seconds,p99_seconds,max_seconds,status_2xx,status_3xx,status_4xx,status_5xx,aborts,bodies_broken,bodies_leaked,retries,throttled,replays,recorded_seconds,calls_per_second
	// 3 0 3
}

func Example_row73literal() {
	stats := metrics.New("")
	_, err := getPokemon.Call(ctx, pokeAPI(404).behind(stats), "abra", parse.On(404, errNoPokemon)) // not expected
	fmt.Println(errors.Is(err, errNoPokemon), stats.Snapshot().Total.Failures)
	// Output: true 1
}

func Example_row74() {
	stats := afternoon()
	shot := stats.Snapshot()
	most := time.Duration(0)
	for _, r := range shot.Rows {
		most = max(most, r.Latency.Max)
	}
	fmt.Println(shot.Total.Latency.Max == most, shot.Total.Latency.Count, shot.Total.Latency.P99 == most)
	// Output: true 2 true
}

func Example_row75() {
	fmt.Println(afternoon().Snapshot().Total.Rate, "calls per second") // of at least one second
	// Output: 3 calls per second
}

func Example_row76() {
	stats := still{afternoon()}
	os.Setenv("COLUMNS", "64") // the width of a terminal, which has colors too
	_ = report.Table(os.Stdout, stats)
	// Output:
	// poke: 3 calls in 1m00s
	// ╭─────────────────────┬───────┬─────────┬───────┬──────┬─────╮
	// │ Route               │ Calls │ Success │  Fail │  p99 │ 5xx │
	// ├─────────────────────┼───────┼─────────┼───────┼──────┼─────┤
	// │ GET /pokemon/{name} │     2 │   50.0% │ 50.0% │ 10ms │   1 │
	// │ GET /berry/{name}   │     1 │    100% │    0% │ 10ms │   0 │
	// ├─────────────────────┼───────┼─────────┼───────┼──────┼─────┤
	// │ TOTAL               │     3 │   66.7% │ 33.3% │ 10ms │   1 │
	// ╰─────────────────────┴───────┴─────────┴───────┴──────┴─────╯
}

func Example_row76list() {
	stats := metrics.New("poke")
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(stats), "abra")
	_ = report.List(os.Stdout, still{stats})
	// Output:
	// poke: 1 call in 1m00s
	//
	// 1. GET /pokemon/{name}
	//    Calls      1
	//    Attempts   1
	//    Success    100%
	//    Fail       0%
	//    Mean       10ms
	//    p50        10ms
	//    p99        10ms
	//    Max        10ms
	//    2xx        1
	//    3xx        0
	//    4xx        0
	//    5xx        0
	//    Aborts     0
	//    Retries    0
	//    Throttled  0
	//    Calls/s    0.02
	//
	// TOTAL
	//    Calls      1
	//    Attempts   1
	//    Success    100%
	//    Fail       0%
	//    Mean       10ms
	//    p50        10ms
	//    p99        10ms
	//    Max        10ms
	//    2xx        1
	//    3xx        0
	//    4xx        0
	//    5xx        0
	//    Aborts     0
	//    Retries    0
	//    Throttled  0
	//    Calls/s    0.02
}

func Example_row76logger() {
	few := []string{"msg", "route", "calls", "success_percent", "mean_seconds"}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if !slices.Contains(few, a.Key) {
			return slog.Attr{}
		}
		return a
	}}))
	report.Log(logger, still{afternoon()})
	// Output:
	// msg="report: busiest route" route=/pokemon/{name} calls=2 success_percent=50 mean_seconds=0.01
	// msg="report: total" calls=3 success_percent=66.6667 mean_seconds=0.01
}

func Example_row76pictures() {
	stats := metrics.New("poke")
	stats.KeepCalls(metrics.DefaultCalls)
	_, _ = getPokemon.Call(ctx, pokeAPI().behind(stats), "abra")
	var page strings.Builder // a file, say: it opens offline
	err := report.HTML(&page, stats)
	fmt.Println(err, strings.Contains(page.String(), "Slowest calls"))
	// Output: <nil> true
}

func Example_row77() {
	stats := metrics.New("poke")
	stats.KeepCalls(metrics.DefaultCalls)
	_, _ = getPokemon.Call(ctx, pokeAPI(503).behind(stats, retry.New(retry.Policy{Delay: retry.NoDelay})), "abra")
	for _, c := range stats.Timeline().Calls { // requests_timeline
		fmt.Println(c.Method, c.Route, c.Outcome, c.Attempts[0].Status, c.Attempts[1].Status)
	}
	text, err := json.Marshal(stats.Snapshot())
	var back metrics.Snapshot
	fmt.Println(err, json.Unmarshal(text, &back), back.Total.Calls)
	// Output:
	// GET /pokemon/{name} ok 503 200
	// <nil> <nil> 1
}

func Example_row78() {
	stats := metrics.New("") // a server in the process has no time of its own; calls are timed here
	_, err := getPokemon.Call(ctx, pokeAPI().behind(stats), "abra")
	fmt.Println(err, stats.Snapshot().Total.Latency.Count, stats.Snapshot().Total.Latency.Max > 0)
	// Output: <nil> 1 true
}
