#!/usr/bin/env bash
# gitlab.com/gitlab-org/api/client-go/v2 v2.64.0: a client with the defaults.
#
# Behavior: the RateLimit-Limit of the first response sets the pace of the client for its whole
# life, at two thirds of it, taken as requests per minute. After one call to an endpoint that grants
# 60 a minute, each call waits a second and a half, although every further response says 6000. Later
# responses are not looked at, and a first response without the header means that there is never a
# pace. The server throttles nobody.
#
# The guess it contradicts: that a client that reads rate limit headers follows them, so that its
# speed does not depend on the first calls of a program, some of which go to expensive endpoints.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

func main() {
	for _, limits := range [][]string{{"60", "6000"}, {"6000", "60"}, {"", "60"}} {
		requests := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			limit := limits[min(requests, 1)]
			requests++
			if limit != "" {
				w.Header().Set("RateLimit-Limit", limit)
				w.Header().Set("RateLimit-Remaining", limit[:1])
			}
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"id":1}`)
		}))
		c, err := gitlab.NewClient("token", gitlab.WithBaseURL(s.URL))
		if err != nil {
			panic(err)
		}
		begin := time.Now()
		for range 4 {
			if _, _, err := c.Projects.GetProject(1, nil); err != nil {
				panic(err)
			}
		}
		fmt.Printf("limit first %q, then %q: %d calls, %d requests, in more than 4 s: %v\n", limits[0], limits[1], 4, requests, time.Since(begin) > 4*time.Second)
		s.Close()
	}
}
GO
timeout 180 go get gitlab.com/gitlab-org/api/client-go/v2@v2.64.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
limit first "60", then "6000": 4 calls, 4 requests, in more than 4 s: true
limit first "6000", then "60": 4 calls, 4 requests, in more than 4 s: false
limit first "", then "60": 4 calls, 4 requests, in more than 4 s: false
SEEN
timeout 60 ./finding | tee out
diff seen out
