package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/transport"
)

func get(ctx context.Context, c *http.Client, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func Example() {
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer api.Close()

	limit := throttle.New(throttle.Rule{URL: `/pokemon/`, Limit: 2, Per: 90 * time.Second})
	client := &http.Client{Transport: limit.Wrap(nil)}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	for range 3 {
		status, err := get(ctx, client, api.URL+"/pokemon/pikachu")
		fmt.Println(status, errors.Is(err, throttle.ErrDeadline)) // known at once, not after 10 s
	}
	status, _ := get(ctx, client, api.URL+"/berry/cheri")
	fmt.Println(status)
	// Output:
	// 200 false
	// 200 false
	// 0 true
	// 200
}

func ExampleNewLimiter() {
	limit := throttle.NewLimiter(throttle.Config{
		Rules: []throttle.Rule{throttle.MustRate("10/90s"), throttle.MustRate("1000/24h")},
		Pause: throttle.Pause{Scope: transport.ScopeRoute, Max: 5 * time.Minute, Fixed: 30 * time.Second},
	})
	fmt.Println(limit)
	// Output: throttle: 10 requests per 90 seconds, 1000 requests per 24 hours
}

func ExamplePause() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer api.Close()

	client := &http.Client{Transport: throttle.New().Wrap(nil)} // no rule: pauses only
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()

	status, _ := get(ctx, client, api.URL)
	fmt.Println(status)

	_, err := get(ctx, client, api.URL) // would wait 30 s
	var rejection *throttle.Error
	fmt.Println(errors.As(err, &rejection), rejection.Wait.Round(time.Second))
	// Output:
	// 429
	// true 30s
}

func ExampleOff() {
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer api.Close()
	client := &http.Client{Transport: throttle.New(throttle.MustRate("1/24h")).Wrap(nil)}

	ctx := transport.With(context.Background(), throttle.Off)
	for range 3 {
		fmt.Println(get(ctx, client, api.URL))
	}
	// Output:
	// 200 <nil>
	// 200 <nil>
	// 200 <nil>
}

func ExampleParseRate() {
	for _, text := range []string{"10/90s", "ten/s"} {
		fmt.Println(throttle.ParseRate(text))
	}
	// Output:
	// 10 requests per 90 seconds <nil>
	// 0 requests per second throttle: the rate "ten/s" is not of the form 10/90s: a number of at least 1, a slash and a duration
}

func ExampleMustRate() {
	for _, text := range []string{"2/s", "10/90s", "500/m"} {
		fmt.Println(throttle.MustRate(text))
	}
	// Output:
	// 2 requests per second
	// 10 requests per 90 seconds
	// 500 requests per minute
}

// A quota per token, counted in a store that all processes of a fleet share. The store gets hashes
// of the tokens, and rejections show other hashes.
func ExampleHashKey() {
	token := func(req *http.Request) string { return req.Header.Get("Authorization") }
	shared := exact.NewStore(1000, time.Minute) // stands in for a store on a server
	limit := throttle.New(throttle.Rule{
		Limit: 1000, Per: time.Minute, Store: shared,
		Key: throttle.HashKey([]byte("a secret of the fleet"), token),
	})
	fmt.Println(limit)
	// Output: throttle: 1000 requests per minute and key
}

func ExampleWithUsage() {
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer api.Close()
	estimate := func(*http.Request) int { return 60 }
	limit := throttle.New(throttle.Rule{Limit: 100, Per: time.Minute, Cost: estimate})
	client := &http.Client{Transport: limit.Wrap(nil)}

	for range 3 { // each would have to wait for the previous one
		ctx, usage := throttle.WithUsage(context.Background())
		fmt.Println(get(ctx, client, api.URL))
		usage.Report(20) // what it cost
	}
	// Output:
	// 200 <nil>
	// 200 <nil>
	// 200 <nil>
}

func ExampleLimiter_SetRules() {
	limit := throttle.New(throttle.MustRate("10/s"))
	rules := limit.Rules()
	rules[0].Limit = 50
	fmt.Println(limit.SetRules(rules...), limit)
	// Output: <nil> throttle: 50 requests per second
}
