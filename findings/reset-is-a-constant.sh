#!/usr/bin/env bash
# didip/tollbooth v8.0.1: tollbooth.HTTPMiddleware with one request in 5 s (max 0.2).
#
# Behavior: every response says RateLimit-Reset: 1, whatever the rate is, and a limiter of less
# than one request in two seconds says RateLimit-Limit: 0. A client that waits for the reset is
# throttled again, with a reset of 1 s, four times in a row. It is accepted after 5 s.
#
# The guess it contradicts: that RateLimit-Reset, for which the package names the draft of the IETF
# as its source, is computed from the limiter.
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
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/didip/tollbooth/v8"
	"github.com/didip/tollbooth/v8/limiter"
)

func main() {
	l := tollbooth.NewLimiter(0.2, nil)
	l.SetIPLookup(limiter.IPLookup{Name: "RemoteAddr"})
	s := httptest.NewServer(tollbooth.HTTPMiddleware(l)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	defer s.Close()
	begin := time.Now()
	for n := range 6 {
		time.Sleep(time.Until(begin.Add(time.Duration(n) * 1040 * time.Millisecond)))
		resp, err := http.Get(s.URL)
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
		f := resp.Header.Get
		fmt.Printf("after %d s: %d RateLimit-Limit: %s RateLimit-Remaining: %s RateLimit-Reset: %s\n", n, resp.StatusCode,
			f("RateLimit-Limit"), f("RateLimit-Remaining"), f("RateLimit-Reset"))
	}
}
GO
timeout 180 go get github.com/didip/tollbooth/v8@v8.0.1 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
cat > seen <<'SEEN'
after 0 s: 200 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
after 1 s: 429 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
after 2 s: 429 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
after 3 s: 429 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
after 4 s: 429 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
after 5 s: 200 RateLimit-Limit: 0 RateLimit-Remaining: 0 RateLimit-Reset: 1
SEEN
timeout 60 ./finding | tee out
diff seen out
