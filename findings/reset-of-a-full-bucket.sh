#!/usr/bin/env bash
# throttled/throttled v2.15.0: its HTTPRateLimiterCtx with GCRA in memory, 30 requests a minute and
# a burst of one more.
#
# Behavior: the X-RateLimit-Reset of a 429 says when the whole bucket is full again, not when the
# next request is accepted. It says 4 s where Retry-After says 2 s, and 2 s is right. On the 200s it
# goes up from one response to the next.
#
# The guess it contradicts: that on a 429 with X-RateLimit-Remaining: 0 the reset is the wait, and
# that the later one of Retry-After and the reset counts.
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

	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"
)

func main() {
	store, err := memstore.NewCtx(10)
	check(err)
	l, err := throttled.NewGCRARateLimiterCtx(store, throttled.RateQuota{MaxRate: throttled.PerMin(30), MaxBurst: 1})
	check(err)
	h := throttled.HTTPRateLimiterCtx{RateLimiter: l}
	s := httptest.NewServer(h.RateLimit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	defer s.Close()
	get := func(what string) {
		resp, err := http.Get(s.URL)
		check(err)
		resp.Body.Close()
		f := resp.Header.Get
		after := "none"
		if v := f("Retry-After"); v != "" {
			after = v
		}
		fmt.Printf("%s: %d Remaining: %s Reset: %s Retry-After: %s\n", what, resp.StatusCode,
			f("X-RateLimit-Remaining"), f("X-RateLimit-Reset"), after)
	}
	get("first")
	get("second")
	get("third")
	time.Sleep(2050 * time.Millisecond)
	get("2 s later")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/throttled/throttled/v2@v2.15.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
cat > seen <<'SEEN'
first: 200 Remaining: 1 Reset: 2 Retry-After: none
second: 200 Remaining: 0 Reset: 4 Retry-After: none
third: 429 Remaining: 0 Reset: 4 Retry-After: 2
2 s later: 200 Remaining: 0 Reset: 4 Retry-After: none
SEEN
timeout 60 ./finding | tee out
diff seen out
