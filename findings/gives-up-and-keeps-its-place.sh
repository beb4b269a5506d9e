#!/usr/bin/env bash
# net/http of Go 1.26.8 and Go 1.27.3: a Transport with MaxConnsPerHost: 1.
#
# Behavior: a request whose deadline passes while its connection is being dialed gives up, but the
# dial does not. The context of the dial is not canceled, and the dial keeps the place of a
# connection for as long as it takes, which is at most 30 s with the dialer of
# http.DefaultTransport. Until then every further request waits for that place, none dials, and each
# fails at its own deadline, although the server is well. Without MaxConnsPerHost the next request
# dials anew, and gets its response.
#
# The guess it contradicts: that the context of a request, which is passed to DialContext, ends its
# dial, so that a second attempt after a timeout starts afresh; and that a limit of connections only
# costs a wait for those that are in use.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, limit := range []int{0, 1} {
		var dials atomic.Int64
		given := make(chan context.Context, 1)
		lost := make(chan struct{})
		// The first dial gets no reply until lost is closed, as if its first packet were lost.
		t := &http.Transport{MaxConnsPerHost: limit, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials.Add(1) == 1 {
				given <- ctx
				select {
				case <-ctx.Done():
				case <-lost:
				}
				return nil, errors.New("dial: i/o timeout")
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}}
		c := &http.Client{Transport: t}
		get := func(what string, within time.Duration) {
			ctx, cancel := context.WithTimeout(context.Background(), within)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			if err != nil {
				panic(err)
			}
			resp, err := c.Do(req)
			outcome := "an error"
			if err == nil {
				outcome = resp.Status
				resp.Body.Close()
			} else if errors.Is(err, context.DeadlineExceeded) {
				outcome = "deadline exceeded"
			}
			fmt.Printf("%s, MaxConnsPerHost: %d: %s: %s, %d dialed\n", runtime.Version(), limit, what, outcome, dials.Load())
		}
		get("first", time.Second)
		for _, what := range []string{"second", "third", "fourth"} {
			get(what, 2*time.Second)
		}
		fmt.Printf("%s, MaxConnsPerHost: %d: the context of the first dial is done: %v\n", runtime.Version(), limit, (<-given).Err() != nil)
		close(lost)
		get("when that dial is over", 10*time.Second)
		t.CloseIdleConnections()
	}
}
GO
for v in go1.26.8 go1.27.3; do
	cat <<SEEN
$v, MaxConnsPerHost: 0: first: deadline exceeded, 1 dialed
$v, MaxConnsPerHost: 0: second: 200 OK, 2 dialed
$v, MaxConnsPerHost: 0: third: 200 OK, 2 dialed
$v, MaxConnsPerHost: 0: fourth: 200 OK, 2 dialed
$v, MaxConnsPerHost: 0: the context of the first dial is done: false
$v, MaxConnsPerHost: 0: when that dial is over: 200 OK, 2 dialed
$v, MaxConnsPerHost: 1: first: deadline exceeded, 1 dialed
$v, MaxConnsPerHost: 1: second: deadline exceeded, 1 dialed
$v, MaxConnsPerHost: 1: third: deadline exceeded, 1 dialed
$v, MaxConnsPerHost: 1: fourth: deadline exceeded, 1 dialed
$v, MaxConnsPerHost: 1: the context of the first dial is done: false
$v, MaxConnsPerHost: 1: when that dial is over: 200 OK, 2 dialed
SEEN
done > seen
go mod init finding >/dev/null 2>&1
for v in go1.26.8 go1.27.3; do
	GOTOOLCHAIN=$v timeout 300 go build -o "$v" . >/dev/null 2>&1 || exit 2
done
for v in go1.26.8 go1.27.3; do timeout 60 "./$v"; done | tee out
diff seen out
