#!/usr/bin/env bash
# github.com/failsafe-go/failsafe-go v0.9.8: its failsafehttp.NewRoundTripper with the defaults of
# failsafehttp.NewRetryPolicyBuilder, over net/http.
#
# Behavior: the body of a response that leads to a retry is neither read nor closed, so its
# connection is taken until the call is over. A call that has three attempts takes three
# connections, and none of the first two is used again. With MaxConnsPerHost: 4 and four calls at
# once that each get a 503, the retries wait for the connections of the 503s: no second attempt is
# sent, and each call fails at its deadline, although the server responds 200 from then on. If the
# 503 has no body, all four get their 200.
#
# The guess it contradicts: that a limit of connections only makes a retry wait for other calls,
# and that whether a 503 is retried does not depend on the page that comes with it.
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
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/failsafehttp"
)

func main() {
	for _, run := range []struct {
		name    string
		max     int // connections
		calls   int // at once
		failing int // requests that get a 503
		page    string
	}{
		{"no limit, one call, two 503 with a page", 0, 1, 2, "a page"},
		{"no limit, one call, two 503 without a page", 0, 1, 2, ""},
		{"at most four, four calls, a 503 with a page for each", 4, 4, 4, "a page"},
		{"at most four, four calls, a 503 without a page for each", 4, 4, 4, ""},
	} {
		var requests, connections, used, succeeded, late atomic.Int64
		first := make(chan struct{}) // closed when each call has sent a request
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n := int(requests.Add(1))
			if n == run.calls {
				close(first)
			}
			<-first
			used.Store(connections.Load())
			if n <= run.failing {
				w.WriteHeader(http.StatusServiceUnavailable)
				io.WriteString(w, run.page)
			}
		}))
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		s.Start()
		client := &http.Client{Transport: failsafehttp.NewRoundTripper(
			&http.Transport{MaxConnsPerHost: run.max}, failsafehttp.NewRetryPolicyBuilder().Build())}
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		var group sync.WaitGroup
		for range run.calls {
			group.Go(func() {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
				if err != nil {
					panic(err)
				}
				resp, err := client.Do(req)
				if errors.Is(err, context.DeadlineExceeded) {
					late.Add(1)
				}
				if err == nil {
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if resp.StatusCode == http.StatusOK {
						succeeded.Add(1)
					}
				}
			})
		}
		group.Wait()
		cancel()
		fmt.Printf("%s: %d requests over %d connections, %d times 200, %d times DeadlineExceeded\n",
			run.name, requests.Load(), used.Load(), succeeded.Load(), late.Load())
	}
}
GO
timeout 180 go get github.com/failsafe-go/failsafe-go/failsafehttp@v0.9.8 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
no limit, one call, two 503 with a page: 3 requests over 3 connections, 1 times 200, 0 times DeadlineExceeded
no limit, one call, two 503 without a page: 3 requests over 1 connections, 1 times 200, 0 times DeadlineExceeded
at most four, four calls, a 503 with a page for each: 4 requests over 4 connections, 0 times 200, 4 times DeadlineExceeded
at most four, four calls, a 503 without a page for each: 8 requests over 4 connections, 4 times 200, 0 times DeadlineExceeded
SEEN
timeout 60 ./finding | tee out
diff seen out
