package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// flaky fails twice before it answers.
func flaky() *httptest.Server {
	n := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "pikachu")
	}))
}

func Example() {
	server := flaky()
	defer server.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: time.Millisecond}).Wrap(nil)}

	resp, err := client.Get(server.URL)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	name, _ := io.ReadAll(resp.Body)
	fmt.Printf("%s after %d attempts\n", name, transport.CallOf(resp).Count())
	// Output: pikachu after 3 attempts
}

// A Policy prints its schedule.
func ExamplePolicy() {
	fmt.Println(retry.Policy{Attempts: 4, Delay: time.Second, Multiplier: 1.5})
	// Output: retry: 4 attempts, waits up to 1s 1.5s 2.25s, full jitter, hints to 1m0s
}

// A policy is also an override for the calls of one context.
func ExamplePolicy_Attach() {
	server := flaky()
	defer server.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{}).Wrap(nil)}

	ctx := transport.With(context.Background(), retry.Off)
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output: 503
}

// Conditions combine.
func ExampleAny() {
	policy := retry.Policy{When: retry.Any(
		retry.Default,
		retry.All(retry.OnStatus(http.StatusNotFound), retry.OnMethod(http.MethodGet)),
	)}
	fmt.Println(policy)
	// Output: retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints to 1m0s, when When says so
}

// The error of several attempts knows them all.
func ExampleError() {
	broken := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(transport.Func(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	}).Wrap(nil))

	_, err := (&http.Client{Transport: broken}).Get("http://api.test/pokemon/25")
	if e, ok := errors.AsType[*retry.Error](err); ok {
		fmt.Println(e.Attempts, e.Err, e.Call.Stopped())
	}
	// Output: 3 unexpected EOF attempts used up: 3 of 3
}

// Layers of one program can share a budget.
func ExampleBudget() {
	shared := retry.NewBudget(retry.BudgetConfig{Ratio: 0.2})
	read := retry.New(retry.Policy{Budget: shared})
	write := retry.New(retry.Policy{Budget: shared, Attempts: 2})
	fmt.Println(read.Budget() == write.Budget(), shared)
	// Output: true budget 20 % of calls + 10 in 10s per host
}
