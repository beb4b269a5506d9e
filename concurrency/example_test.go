package concurrency_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/transport"
)

func get(ctx context.Context, c *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(req)
}

func Example() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") }))
	defer api.Close()

	limit := concurrency.New(concurrency.Limit{Max: 1, MaxQueue: concurrency.NoQueue})
	client := &http.Client{Transport: limit.Wrap(nil)}

	first, err := get(context.Background(), client, api.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.StatusCode, "in flight:", limit.InFlight())

	_, err = get(context.Background(), client, api.URL)
	fmt.Println("full:", errors.Is(err, concurrency.ErrFull))

	first.Body.Close() // the slot is held until here
	fmt.Println("in flight:", limit.InFlight())
	// Output:
	// 200 in flight: 1
	// full: true
	// in flight: 0
}

func ExampleLimiter_Attach() {
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer api.Close()
	client := &http.Client{Transport: concurrency.New(concurrency.Limit{Max: 20}).Wrap(nil)}

	exports := concurrency.New(concurrency.Limit{Max: 2}) // all calls with it share its two slots
	ctx := transport.With(context.Background(), exports)
	resp, err := get(ctx, client, api.URL+"/export")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode, exports)
	// Output: 200 concurrency: 2 at once per host
}

// An export is as much work as five other requests.
func ExampleLimit_weight() {
	limit := concurrency.New(concurrency.Limit{Max: 10, Weight: func(req *http.Request) int {
		if strings.HasPrefix(req.URL.Path, "/export") {
			return 5
		}
		return 1
	}})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") }))
	defer api.Close()

	resp, err := get(context.Background(), &http.Client{Transport: limit.Wrap(nil)}, api.URL+"/export/1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(limit, "-", limit.InFlight(), "in use")
	resp.Body.Close()
	// Output: concurrency: 10 slots at once per host - 5 in use
}

func ExampleAdaptive() {
	limit := concurrency.New(concurrency.Limit{Max: 200, Adaptive: &concurrency.Adaptive{Start: 20}})
	fmt.Println(limit)

	req := httptest.NewRequest(http.MethodGet, "https://api.test/things", nil)
	fmt.Println(limit.Slots(req), "to begin with")
	// Output:
	// concurrency: up to 200 at once per host (adaptive)
	// 20 to begin with
}

func ExampleStreams() {
	l := concurrency.New(
		concurrency.Limit{Max: 20, Streams: concurrency.ExceptStreams},
		concurrency.Limit{Max: 100, Streams: concurrency.OnlyStreams},
	)
	fmt.Println(l)
	// Output: concurrency: 20 at once per host without streams, 100 at once per host of streams
}
