#!/usr/bin/env bash
# github.com/stripe/stripe-go/v85 v85.0.0: a client with the defaults, which are two retries.
#
# Behavior: whether a response is retried depends on its body. If the body is an error of the API,
# the request is never sent again, whether the status is 409, 500 or 503, even with
# Stripe-Should-Retry: true. The only exception is a 429 with the code lock_timeout. If the body is
# anything else, such as the page of a proxy with a 403 or a 400, the request is always sent again,
# even with Stripe-Should-Retry: false. (The client has rules for that header and for the status,
# but applies them only if there is no error.)
#
# The guess it contradicts: that Stripe-Should-Retry decides if it is sent, and the status if it is
# not; and that a 409 is retried, because the README says so, so that a caller need not send again
# what failed for a moment.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/stripe/stripe-go/v85"
)

var bodies = map[string]string{
	"an error of the API":   `{"error":{"type":"api_error","message":"busy"}}`,
	"lock_timeout":          `{"error":{"type":"invalid_request_error","code":"lock_timeout","message":"locked"}}`,
	"a page":                `<html><body>busy</body></html>`,
	"JSON of somebody else": `{"message":"no such route"}`,
}

func main() {
	// The cases run concurrently, because a client waits between its attempts. Each has a server of
	// its own.
	cases := []struct {
		status      int
		shouldRetry string
		body        string
	}{
		{409, "", "an error of the API"}, {409, "true", "an error of the API"},
		{500, "", "an error of the API"}, {500, "true", "an error of the API"},
		{503, "", "an error of the API"}, {503, "true", "an error of the API"},
		{429, "", "an error of the API"}, {429, "", "lock_timeout"},
		{503, "", "a page"}, {503, "false", "a page"}, {400, "false", "a page"}, {403, "", "a page"},
		{404, "", "JSON of somebody else"},
	}
	seen := make([]string, len(cases))
	var group sync.WaitGroup
	for n, c := range cases {
		group.Go(func() {
			requests, keys := 0, map[string]bool{}
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				requests++
				keys[req.Header.Get("Idempotency-Key")] = true
				if c.shouldRetry != "" {
					w.Header().Set("Stripe-Should-Retry", c.shouldRetry)
				}
				w.WriteHeader(c.status)
				io.WriteString(w, bodies[c.body])
			}))
			defer s.Close()
			backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
				URL: stripe.String(s.URL), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
			})
			sc := stripe.NewClient("key", stripe.WithBackends(&stripe.Backends{API: backend}))
			_, err := sc.V1Customers.Create(context.Background(), &stripe.CustomerCreateParams{Name: stripe.String("name")})
			if err == nil {
				panic("no error")
			}
			seen[n] = fmt.Sprintf("%d, %s, Stripe-Should-Retry: %q: %d requests, %d keys", c.status, c.body, c.shouldRetry, requests, len(keys))
		})
	}
	group.Wait()
	for _, line := range seen {
		fmt.Println(line)
	}
}
GO
timeout 180 go get github.com/stripe/stripe-go/v85@v85.0.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
409, an error of the API, Stripe-Should-Retry: "": 1 requests, 1 keys
409, an error of the API, Stripe-Should-Retry: "true": 1 requests, 1 keys
500, an error of the API, Stripe-Should-Retry: "": 1 requests, 1 keys
500, an error of the API, Stripe-Should-Retry: "true": 1 requests, 1 keys
503, an error of the API, Stripe-Should-Retry: "": 1 requests, 1 keys
503, an error of the API, Stripe-Should-Retry: "true": 1 requests, 1 keys
429, an error of the API, Stripe-Should-Retry: "": 1 requests, 1 keys
429, lock_timeout, Stripe-Should-Retry: "": 3 requests, 1 keys
503, a page, Stripe-Should-Retry: "": 3 requests, 1 keys
503, a page, Stripe-Should-Retry: "false": 3 requests, 1 keys
400, a page, Stripe-Should-Retry: "false": 3 requests, 1 keys
403, a page, Stripe-Should-Retry: "": 3 requests, 1 keys
404, JSON of somebody else, Stripe-Should-Retry: "": 3 requests, 1 keys
SEEN
timeout 60 ./finding | tee out
diff seen out
