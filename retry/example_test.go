package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// flaky responds twice with 503 before it succeeds.
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
	// Output: retry: 4 attempts, waits up to 1s 1.5s 2.25s, full jitter, hints up to 1m30s
}

// String shows the defaults of the fields that are not set.
func ExamplePolicy_String() {
	fmt.Println(retry.Policy{}.String())
	// Output: retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints up to 1m30s
}

// A policy is also an override for the calls of a context.
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

// Conditions can be combined.
func ExampleAny() {
	policy := retry.Policy{When: retry.Any(
		retry.DefaultCondition,
		retry.All(retry.OnStatus(http.StatusNotFound), retry.OnMethod(http.MethodGet)),
	)}
	fmt.Println(policy)
	// Output: retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints up to 1m30s, decided by When
}

// The error after several attempts has their number and the ledger.
func ExampleError() {
	broken := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(transport.Func(func(http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	}).Wrap(nil))

	_, err := (&http.Client{Transport: broken}).Get("http://api.test/pokemon/25")
	if e, ok := errors.AsType[*retry.Error](err); ok {
		fmt.Println(e.Attempts, e.Err, e.Call.StopReason())
	}
	// Output: 3 unexpected EOF attempts used up: 3 of 3
}

// Layers can share a budget.
func ExampleBudget() {
	shared := retry.NewBudget(retry.BudgetConfig{Ratio: 0.2})
	read := retry.New(retry.Policy{Budget: shared})
	write := retry.New(retry.Policy{Budget: shared, Attempts: 2})
	fmt.Println(read.Budget() == write.Budget(), shared)
	// Output: true budget 20 % of calls + 10 in 10s per host
}

// An adaptive budget retries independent faults, but not an outage.
func ExampleBudgetConfig_adaptive() {
	policy := retry.Policy{
		Attempts: 4,
		Budget:   retry.NewBudget(retry.BudgetConfig{Adaptive: true}),
	}
	fmt.Println(policy)
	// Output: retry: 4 attempts, waits up to 100ms 200ms 400ms, throttled up to 1s 2s 4s, full jitter, hints up to 1m30s, adaptive budget, in an outage 10 % of successes + 10 in 10s per host
}

// An idempotency key makes a POST retryable if the server knows such keys.
func ExampleNewIdempotencyKey() {
	server := flaky()
	defer server.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{
		Delay:          time.Millisecond,
		IdempotencyKey: retry.NewIdempotencyKey,
	}).Wrap(nil)}

	resp, err := client.Post(server.URL+"/charges", "text/plain", strings.NewReader("one"))
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, transport.CallOf(resp).Count())
	// Output: 200 3
}

// If the server knows no idempotency keys, a lookup finds out whether a POST did its
// work.
func ExamplePolicy_reconcile() {
	var done atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			done.Store(true)
			panic(http.ErrAbortHandler) // the response is lost
		}
		if !done.Load() {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	client := new(http.Client)
	client.Transport = retry.New(retry.Policy{
		Reconcile: func(sent *http.Request, _ *retry.AmbiguousError) (*http.Response, error) {
			req, err := http.NewRequestWithContext(sent.Context(), http.MethodGet, server.URL+"/orders/"+sent.Header.Get("Order-Id"), nil)
			if err != nil {
				return nil, err
			}
			resp, err := client.Do(req)
			if err == nil && resp.StatusCode == http.StatusNotFound {
				_ = resp.Body.Close()
				return nil, nil // not done: send it again
			}
			return resp, err
		},
	}).Wrap(nil)

	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+"/orders", strings.NewReader("one"))
	req.Header.Set("Order-Id", "7")
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, transport.CallOf(resp).StopReason())
	// Output: 200 reconciled: the work was done
}

// Functions for go-retryablehttp can be used unchanged.
func ExamplePolicy_fromRetryablehttp() {
	policy := retry.Policy{
		Attempts:   5,                // RetryMax 4: retries, without the first attempt
		Delay:      time.Second,      // RetryWaitMin
		MaxDelay:   30 * time.Second, // RetryWaitMax
		CheckRetry: retryablehttp.DefaultRetryPolicy,
		Backoff:    retryablehttp.LinearJitterBackoff,
		PrepareRetry: func(req *http.Request) error {
			req.Header.Set("X-Signed-At", time.Now().UTC().Format(time.RFC3339))
			return nil
		},
		Unsafe: true, // also POST, as in go-retryablehttp
		Budget: retry.NoBudget(),
	}
	fmt.Println(policy)
	// Output: retry: 5 attempts, waits by Backoff, hints up to 1m30s, decided by CheckRetry, unsafe methods too, no budget
}

// In place of an ErrorHandler, look at the outcome: the last response, unread, or a
// typed error.
func ExampleError_inPlaceOfAnErrorHandler() {
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "try later", http.StatusServiceUnavailable)
	}))
	defer down.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: time.Millisecond}).Wrap(nil)}

	resp, err := client.Get(down.URL)
	if e, ok := errors.AsType[*retry.Error](err); ok {
		fmt.Println("no response after", e.Attempts, "attempts:", e.Err)
		return
	}
	if err != nil {
		panic(err) // the error of a single attempt, not wrapped
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Printf("%d after %d attempts: %s", resp.StatusCode, transport.CallOf(resp).Count(), body)
	// Output: 503 after 3 attempts: try later
}

// In place of a response handler of go-retryablehttp, use a check.
func ExamplePolicy_responseHandler() {
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			_, _ = io.WriteString(w, "not ready")
			return
		}
		_, _ = io.WriteString(w, "ready")
	}))
	defer server.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: time.Millisecond}).Wrap(nil)}

	ctx := transport.WithExpect(context.Background(), transport.Expect{Check: func(resp *http.Response) error {
		body, err := io.ReadAll(resp.Body) // it is restored afterwards
		if err == nil && string(body) != "ready" {
			err = errors.New("not ready")
		}
		return err
	}})
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, transport.CallOf(resp).Count())
	// Output: 200 2
}

// A loop around the client sends failed requests again. By default its repeats are sent
// once each, so that its three attempts and three of the layer add up to five.
func ExampleRepeats() {
	for _, repeats := range []retry.Repeats{retry.YieldToRepeats, retry.RejectRepeats, retry.IgnoreRepeats} {
		sent := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			sent++
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		client := &http.Client{Transport: retry.New(retry.Policy{Delay: time.Millisecond, Repeats: repeats}).Wrap(nil)}
		for range 3 {
			if resp, err := client.Get(server.URL); err == nil {
				_ = resp.Body.Close()
			}
		}
		server.Close()
		fmt.Println(sent)
	}
	// Output:
	// 5
	// 3
	// 9
}

// The error of a repeat says how the earlier call failed.
func ExampleRepeatError() {
	base := rttest.Respond(http.StatusServiceUnavailable, "")
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay, Repeats: retry.RejectRepeats}).Wrap(base)}
	resp, err := client.Get("http://api.test/berries/7")
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()

	_, err = client.Get("http://api.test/berries/7")
	var repeat *retry.RepeatError
	fmt.Println(errors.Is(err, retry.ErrRepeat), errors.As(err, &repeat), repeat.Status)
	// Output: true true 503
}
