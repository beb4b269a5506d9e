#!/usr/bin/env bash
# resty.dev/v3 v3.0.0-rc.4: its circuit breakers, which open after three failures, or if half of
# three calls or more fail.
#
# Behavior: only a response opens a breaker. A server that responds 503 gets three of ten calls,
# and the other seven are rejected at once. A server that closes each connection, one that is silent
# until the timeout of the client, and one that does not exist get all ten, and the breaker stays
# closed forever. A policy of one's own changes nothing, because it sees only responses. If a
# breaker is half open, an error is a failure, and opens it again.
#
# The guess it contradicts: that a circuit breaker spares its caller the wait for a server that does
# not respond, and spares such a server the calls; and that a failure is a failure in every state of
# the breaker.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"resty.dev/v3"
)

func main() {
	for _, breaker := range []struct {
		name string
		new  func() resty.CircuitBreaker
	}{
		{"three", func() resty.CircuitBreaker { return resty.NewCircuitBreakerCount(3, 1, time.Minute) }},
		{"a half", func() resty.CircuitBreaker { return resty.NewCircuitBreakerRatio(0.5, 3, time.Minute) }},
		{"three by a policy", func() resty.CircuitBreaker {
			return resty.NewCircuitBreakerCount(3, 1, time.Minute, func(resp *resty.Response) bool { return !resp.IsStatusSuccess() })
		}},
	} {
		for _, fault := range []string{"says 503", "closes", "is silent", "is not there"} {
			url, fail := server()
			fail.Store(fault)
			if fault == "is not there" {
				url = nowhere()
			}
			timeout := 10 * time.Second
			if fault == "is silent" {
				timeout = 500 * time.Millisecond
			}
			c := resty.New().SetTimeout(timeout).SetCircuitBreaker(breaker.new())
			fmt.Printf("%s, a server that %s: %s\n", breaker.name, fault, calls(c, url, 10))
			c.Close()
		}
	}

	url, fail := server()
	fail.Store("says 503")
	c := resty.New().SetCircuitBreaker(resty.NewCircuitBreakerCount(3, 1, 2*time.Second))
	fmt.Printf("half open, before: %s\n", calls(c, url, 10))
	fail.Store("closes")
	time.Sleep(2500 * time.Millisecond)
	fmt.Printf("half open, a server that closes: %s\n", calls(c, url, 10))
}

// calls makes n calls one after the other, and says how they ended.
func calls(c *resty.Client, url string, n int) string {
	responded, failed, rejected := 0, 0, 0
	for range n {
		switch _, err := c.R().Get(url); {
		case errors.Is(err, resty.ErrCircuitBreakerOpen):
			rejected++
		case err != nil:
			failed++
		default:
			responded++
		}
	}
	return fmt.Sprintf("of %d calls %d had a response, %d an error, %d were rejected", n, responded, failed, rejected)
}

// server starts a server that fails in the way that fail holds.
func server() (url string, fail *atomic.Value) {
	fail = new(atomic.Value)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch fail.Load() {
		case "says 503":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "closes":
			panic(http.ErrAbortHandler)
		default:
			<-req.Context().Done()
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	return s.URL, fail
}

// nowhere returns the URL of a server that is closed.
func nowhere() string {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	return s.URL
}
GO
timeout 180 go get resty.dev/v3@v3.0.0-rc.4 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
three, a server that says 503: of 10 calls 3 had a response, 0 an error, 7 were rejected
three, a server that closes: of 10 calls 0 had a response, 10 an error, 0 were rejected
three, a server that is silent: of 10 calls 0 had a response, 10 an error, 0 were rejected
three, a server that is not there: of 10 calls 0 had a response, 10 an error, 0 were rejected
a half, a server that says 503: of 10 calls 3 had a response, 0 an error, 7 were rejected
a half, a server that closes: of 10 calls 0 had a response, 10 an error, 0 were rejected
a half, a server that is silent: of 10 calls 0 had a response, 10 an error, 0 were rejected
a half, a server that is not there: of 10 calls 0 had a response, 10 an error, 0 were rejected
three by a policy, a server that says 503: of 10 calls 3 had a response, 0 an error, 7 were rejected
three by a policy, a server that closes: of 10 calls 0 had a response, 10 an error, 0 were rejected
three by a policy, a server that is silent: of 10 calls 0 had a response, 10 an error, 0 were rejected
three by a policy, a server that is not there: of 10 calls 0 had a response, 10 an error, 0 were rejected
half open, before: of 10 calls 3 had a response, 0 an error, 7 were rejected
half open, a server that closes: of 10 calls 0 had a response, 1 an error, 9 were rejected
SEEN
timeout 60 ./finding | tee out
diff seen out
