#!/usr/bin/env bash
# net/http of Go 1.26.8 and Go 1.27.3: a Transport with MaxConnsPerHost: 1, over HTTP/1.1.
#
# Behavior: in Go 1.26 the Close of a body that was not read to its end closes the connection, so
# ten calls that look at the status only make ten connections. In Go 1.27 the Transport reads on after
# Close for up to 50 ms, and the ten calls share one connection. If the body is a stream that goes on,
# that does not help: the connection is closed all the same, only 50 ms later, and until then the next
# request waits for its place.
#
# The guess it contradicts: that Close ends a response, so that its place is free once it returns, and
# that it takes a read to the end to use a connection again.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
cat > go.mod <<'MOD'
module finding

go 1.26
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		io.WriteString(w, "some bytes")
		for req.URL.Path == "/stream" && req.Context().Err() == nil {
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
			io.WriteString(w, "more")
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	get := func(path string) {
		resp, err := client.Get(s.URL + path)
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
	}
	for range 10 {
		get("/")
	}
	fmt.Printf("%s: ten bodies that are closed unread: %d connections\n", runtime.Version(), connections.Load())

	least := time.Hour
	for range 10 {
		get("/stream")
		begin := time.Now()
		get("/")
		least = min(least, time.Since(begin))
	}
	fmt.Printf("%s: the request after a stream that was closed: 50 ms later: %v\n", runtime.Version(), least >= 50*time.Millisecond)
}
GO
for version in go1.26.8 go1.27.3; do
	GOTOOLCHAIN=$version timeout 300 go build -o "$version" . 2>install.log || { cat install.log >&2; exit 2; }
done
cat > seen <<'SEEN'
go1.26.8: ten bodies that are closed unread: 10 connections
go1.26.8: the request after a stream that was closed: 50 ms later: false
go1.27.3: ten bodies that are closed unread: 1 connections
go1.27.3: the request after a stream that was closed: 50 ms later: true
SEEN
{ timeout 60 ./go1.26.8 && timeout 60 ./go1.27.3; } | tee out
diff seen out
