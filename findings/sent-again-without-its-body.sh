#!/usr/bin/env bash
# github.com/google/go-github/v89 v89.0.0: a call whose context has
# SleepUntilPrimaryRateLimitResetWhenRateLimited, with net/http of Go 1.26.8.
#
# Behavior: a call that meets the rate limit (a 403 that says that nothing remains) waits for the
# reset and is sent again. Over HTTP/2 a POST then has no body: it announces 14 bytes and sends
# none, so the server has nothing to read. Over HTTP/1.1 it fails in the client if the server closed
# the connection after the 403. It is whole if the server did not, because there net/http gets the
# body anew. So a write that has waited for up to an hour is lost. A GET is not lost, and neither is
# a POST if the limit was known before it.
#
# The guess it contradicts: that a client that waits and resends by itself does so for any call, or
# leaves alone those that it cannot resend; and that what was tried over HTTP/1.1 holds over HTTP/2.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod GOTOOLCHAIN=go1.26.8
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"github.com/google/go-github/v89/github"
)

func main() {
	cases := []struct {
		over, method string
		known        bool // whether a call before has shown that the limit is reached
	}{
		{"HTTP/2", "GET", false}, {"HTTP/2", "POST", false}, {"HTTP/2", "POST", true},
		{"HTTP/1.1", "POST", false}, {"HTTP/1.1, closed", "GET", false}, {"HTTP/1.1, closed", "POST", false},
	}
	// The cases run concurrently, because each waits for its reset.
	seen := make([]string, len(cases))
	var group sync.WaitGroup
	for n, c := range cases {
		group.Go(func() {
			requests, got := 0, ""
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				requests++
				body, _ := io.ReadAll(req.Body)
				got += fmt.Sprintf(" %s with %d of %d bytes,", req.Method, len(body), req.ContentLength)
				w.Header().Set("Content-Type", "application/json")
				if int64(len(body)) < req.ContentLength {
					w.WriteHeader(http.StatusBadRequest)
				}
				if requests > 1 {
					io.WriteString(w, "{}")
					return
				}
				w.Header().Set("X-RateLimit-Limit", "60")
				w.Header().Set("X-RateLimit-Remaining", "0")
				w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(3*time.Second).Unix(), 10))
				if c.over == "HTTP/1.1, closed" {
					w.Header().Set("Connection", "close")
				}
				if !c.known {
					w.WriteHeader(http.StatusForbidden)
				}
				io.WriteString(w, "{}")
			}))
			s.EnableHTTP2 = c.over == "HTTP/2"
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.StartTLS()
			defer s.Close()
			client, err := github.NewClient(github.WithHTTPClient(s.Client()), github.WithURLs(github.Ptr(s.URL+"/"), nil))
			check(err)
			ctx := context.WithValue(context.Background(), github.SleepUntilPrimaryRateLimitResetWhenRateLimited, true)
			if c.known {
				_, _, err := client.Repositories.Get(ctx, "owner", "repo")
				check(err)
			}
			begin := time.Now()
			if c.method == "GET" {
				_, _, err = client.Repositories.Get(ctx, "owner", "repo")
			} else {
				_, _, err = client.Issues.Create(ctx, "owner", "repo", &github.IssueRequest{Title: github.Ptr("t")})
			}
			waited := time.Since(begin) > 2*time.Second
			outcome := "no error"
			var rejection *github.ErrorResponse
			if errors.As(err, &rejection) {
				outcome = rejection.Response.Status
			} else if err != nil {
				outcome = "an error of the client"
			}
			seen[n] = fmt.Sprintf("%s, %s, the limit is known: %v:%s waited: %v, %s", c.over, c.method, c.known, got, waited, outcome)
		})
	}
	group.Wait()
	for _, line := range seen {
		fmt.Println(line)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/google/go-github/v89/github@v89.0.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
HTTP/2, GET, the limit is known: false: GET with 0 of 0 bytes, GET with 0 of 0 bytes, waited: true, no error
HTTP/2, POST, the limit is known: false: POST with 14 of 14 bytes, POST with 0 of 14 bytes, waited: true, 400 Bad Request
HTTP/2, POST, the limit is known: true: GET with 0 of 0 bytes, POST with 14 of 14 bytes, waited: true, no error
HTTP/1.1, POST, the limit is known: false: POST with 14 of 14 bytes, POST with 14 of 14 bytes, waited: true, no error
HTTP/1.1, closed, GET, the limit is known: false: GET with 0 of 0 bytes, GET with 0 of 0 bytes, waited: true, no error
HTTP/1.1, closed, POST, the limit is known: false: POST with 14 of 14 bytes, waited: true, an error of the client
SEEN
timeout 60 ./finding | tee out
diff seen out
