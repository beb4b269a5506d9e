package harness

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fewest is the number of attempts of an SDK alone at which its call is ended.
const fewest = 12

// Alone records what an SDK does without the stack and with its own retries on: how often it sends
// a request that fails, whether it waits as long as Retry-After asks, what marks a second attempt,
// and whether the bodies that it hands over can be obtained again.
func Alone(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		// By itself no SDK waits for two seconds before each retry. Some wait for one.
		later, throttled := Later, Throttled
		later.RetryAfter, throttled.RetryAfter = "2", "2"
		for _, f := range []Fault{Unavailable, later, throttled, Reset} {
			for _, name := range []string{"read", "write"} {
				t.Run(name+" "+f.Name, func(t *testing.T) {
					t.Parallel()
					r := start(t, sdk, config{own: true, bare: true})
					if call := r.each()[name]; call != nil {
						attempts(t, r, name, f, call)
					}
				})
			}
		}
		r := start(t, sdk, config{bare: true})
		for _, name := range []string{"write", "upload"} {
			if call := r.each()[name]; call != nil {
				got := r.do(t, Fault{}, false, 0, call)
				note(sdk, name+" body", r.probe.body())
				if name == "write" && len(got.requests) > 0 {
					note(sdk, "key", key(got.requests[0].Header))
				}
			}
		}
		note(sdk, "version", version(sdk.Module))
	})
}

// attempts notes how often an SDK sends a request that always fails, and what it does in between.
func attempts(t *testing.T, r *run, name string, f Fault, call func(context.Context) (string, error)) {
	t.Helper()
	got := r.do(t, f, true, fewest, call)
	n := len(got.requests)
	count := strconv.Itoa(n)
	if n >= fewest {
		count = fmt.Sprintf("%d or more", fewest)
	}
	if got.err == nil {
		t.Errorf("%d attempts that fail, and no error", n)
	}
	if n > 0 && got.sends == 0 != r.sdk.Throws {
		t.Errorf("%d requests, %d of them by the client that it was given", n, got.sends)
	}
	note(r.sdk, "alone "+name+" "+f.Name, count)
	if n < 2 {
		return
	}
	if f.RetryAfter != "" {
		shortest := time.Hour
		for i, again := range got.requests[1:] {
			shortest = min(shortest, again.At.Sub(got.requests[i].At))
		}
		obeys := "no"
		if asked, err := time.ParseDuration(f.RetryAfter + "s"); err == nil && shortest >= asked {
			obeys = "yes"
		}
		noteUnless(r.sdk, "obeys "+strconv.Itoa(f.Status), obeys, "no") // one wait that is too short is enough
	}
	for _, mark := range marks(got.requests[0].Header, got.requests[1].Header) {
		if !slices.Contains(r.sdk.Marks, mark) {
			t.Errorf("%s differs between two attempts: is it a mark?", mark)
		}
		note(r.sdk, "mark "+mark, "differs")
	}
}

// marks returns the names of the headers that differ between two attempts, except those that
// contain the time or sign it.
func marks(first, second http.Header) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(second)) {
		if slices.Contains([]string{"Authorization", "X-Amz-Date", "X-Ms-Date", "X-Server-Timeout", "X-Amz-Content-Sha256", "Expect"}, name) {
			continue
		}
		if !slices.Equal(first[name], second[name]) {
			names = append(names, name)
		}
	}
	return names
}

// key returns the name of the header of a request that contains an idempotency key, or a vendor's
// equivalent.
func key(h http.Header) string {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		low := strings.ToLower(name)
		if strings.Contains(low, "idempotency") || strings.Contains(low, "client-token") {
			return name
		}
	}
	return ""
}
