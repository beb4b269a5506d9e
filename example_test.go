package gracy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/pokeapi"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/page"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// flaky responds with 503 first, then as the PokeAPI does.
func flaky() *httptest.Server {
	var n atomic.Int64
	api := pokeapi.Handler()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		api.ServeHTTP(w, r)
	}))
}

func ExampleChain() {
	server := flaky()
	defer server.Close()

	stats := metrics.New("pokeapi") // a prometheus.Collector, for promhttp to serve
	client := &http.Client{Transport: gracy.Chain(
		stats,
		retry.New(retry.Policy{Attempts: 4}),
		concurrency.New(concurrency.Limit{Max: 20}),
		throttle.New(throttle.Rule{URL: `/pokemon/`, Limit: 10, Per: 90 * time.Second}),
	)}

	resp, err := client.Get(server.URL + "/api/v2/pokemon/pikachu")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, "after", transport.CallOf(resp).Count(), "attempts")
	// Output: 200 after 2 attempts
}

type Pokemon struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

var ErrNoPokemon = errors.New("no such pokémon")

func ExampleChain_typed() {
	server := flaky()
	defer server.Close()
	ctx := context.Background()

	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}))}
	api := parse.API{Client: client, Base: server.URL + "/api/v2/"}

	getPokemon := parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.On(404, ErrNoPokemon))
	pikachu, err := getPokemon.Call(ctx, api, "pikachu")
	fmt.Println(pikachu, err)
	_, err = getPokemon.Call(ctx, api, "missingno")
	fmt.Println(errors.Is(err, ErrNoPokemon), errors.Is(err, parse.Status(404)))
	// Output:
	// {25 pikachu} <nil>
	// true true
}

type Window struct {
	Offset int `query:"offset"`
	Limit  int `query:"limit"`
}

type Named struct{ Name string }

type List struct {
	Count   int
	Results []Named
}

func ExampleChain_pages() {
	server := httptest.NewServer(pokeapi.Handler())
	defer server.Close()
	ctx := context.Background()
	api := parse.API{Client: &http.Client{Transport: gracy.Chain()}, Base: server.URL + "/api/v2/"}

	listBerries := parse.NewEndpoint[Window, List]("GET /berry")
	berries := page.Offset(20, func(ctx context.Context, offset, limit int) (page.Slice[Named], error) {
		l, err := listBerries.Call(ctx, api, Window{offset, limit})
		return page.Slice[Named]{Items: l.Results, Total: l.Count}, err
	})
	n := 0
	for berry, err := range berries.All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if n++; n == 1 {
			fmt.Println(berry.Name)
		}
	}
	fmt.Println(n, "berries")
	// Output:
	// cheri
	// 64 berries
}

func ExampleChain_replay() {
	server := flaky()
	tape, err := replay.Open(os.TempDir()+"/gracy-example.json", replay.Options{Reuse: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(os.TempDir() + "/gracy-example.json")
	defer tape.Close()
	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}

	for range 2 {
		resp, err := client.Get(server.URL + "/api/v2/pokemon/pikachu")
		if err != nil {
			fmt.Println(err)
			return
		}
		var p Pokemon
		err = json.NewDecoder(resp.Body).Decode(&p)
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		fmt.Println(p.Name, err, transport.AttemptOf(resp).Replayed())
		server.Close() // so the second response comes from the tape
	}
	// Output:
	// pikachu <nil> false
	// pikachu <nil> true
}

func ExampleChain_report() {
	server := flaky()
	defer server.Close()
	stats := metrics.New("pokeapi")
	client := &http.Client{Transport: gracy.Chain(stats, retry.New(retry.Policy{}))}

	resp, err := client.Get(server.URL + "/api/v2/pokemon/25")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	var csv strings.Builder
	if err := report.CSV(&csv, stats); err != nil {
		fmt.Println(err)
	}
	total := stats.Snapshot().Total
	fmt.Println(total.Calls, "call", total.Attempts, "attempts", total.Retries, "retry")
	// Output: 1 call 2 attempts 1 retry
}

func ExampleExplain() {
	client := &http.Client{Transport: gracy.Chain(
		throttle.New(throttle.Rule{Limit: 10}),
		retry.New(retry.Policy{Attempts: 4}),
	)}
	for _, w := range gracy.Explain(client).Warnings {
		fmt.Println(w)
	}
	// Output: throttle is outside retry: further attempts take no quota
}
