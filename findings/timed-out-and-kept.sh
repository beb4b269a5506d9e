#!/usr/bin/env bash
# net/http of Go 1.26.8 and Go 1.27.3: a Transport with the defaults, over HTTP/1.1 and over HTTP/2
# with TLS.
#
# Behavior: a connection over which nothing comes any more, because a network lost it without a
# word, costs one request over HTTP/1.1: the deadline of the request ends the connection, and the
# next request dials. Over HTTP/2 it costs all of them: a deadline ends the stream and keeps the
# connection. Each further request uses that connection, has no response and fails at its own
# deadline, for as long as nobody closes it. Nothing is dialed, although the server is well. With
# HTTP2Config.SendPingTimeout, which is off by default, the loss is found.
#
# The guess it contradicts: that a retry after a timeout has a chance that its first attempt did not
# have, over another connection if need be; and that HTTP/2, which a Transport chooses by itself,
# differs in speed alone.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const calls = 8

func main() {
	var group sync.WaitGroup
	seen := make([]string, 3)
	for n, protocol := range []string{"HTTP/1.1", "HTTP/2", "HTTP/2 with pings"} {
		group.Go(func() { seen[n] = fmt.Sprintf("%s, %s: %s", runtime.Version(), protocol, try(protocol)) })
	}
	group.Wait()
	for _, line := range seen {
		fmt.Println(line)
	}
}

// try makes one call, loses the connection, and makes the other calls.
func try(protocol string) string {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = protocol != "HTTP/1.1"
	s.StartTLS()
	t := s.Client().Transport.(*http.Transport)
	lost := make(chan struct{})
	dials := relay(t, s.Listener.Addr().String(), lost)
	if protocol == "HTTP/2 with pings" {
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: time.Second, PingTimeout: time.Second}
	}
	get := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		check(err)
		resp, err := t.RoundTrip(req)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return err
	}
	check(get())
	close(lost)
	failed := 0
	for range calls {
		if get() != nil {
			failed++
		}
	}
	outcome := "some"
	switch {
	case failed == calls:
		outcome = "all"
	case failed <= 2:
		outcome = "two at most"
	}
	return fmt.Sprintf("of %d calls behind the loss failed %s, %d connections in all", calls, outcome, dials.Load())
}

// relay puts a network between a transport and a server. Once lost is closed, the network loses
// what goes over the first connection. relay returns the number of connections.
func relay(t *http.Transport, server string, lost <-chan struct{}) *atomic.Int64 {
	dials := new(atomic.Int64)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			client, err := l.Accept()
			check(err)
			s, err := net.Dial("tcp", server)
			check(err)
			first := dials.Add(1) == 1
			copy := func(to, from net.Conn) {
				buf := make([]byte, 1<<15)
				for {
					n, err := from.Read(buf)
					if err != nil {
						return
					}
					select {
					case <-lost:
						if first {
							continue
						}
					default:
					}
					to.Write(buf[:n])
				}
			}
			go copy(s, client)
			go copy(client, s)
		}
	}()
	t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}
	return dials
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
cat > seen <<'SEEN'
go1.26.8, HTTP/1.1: of 8 calls behind the loss failed two at most, 2 connections in all
go1.26.8, HTTP/2: of 8 calls behind the loss failed all, 1 connections in all
go1.26.8, HTTP/2 with pings: of 8 calls behind the loss failed two at most, 2 connections in all
go1.27.3, HTTP/1.1: of 8 calls behind the loss failed two at most, 2 connections in all
go1.27.3, HTTP/2: of 8 calls behind the loss failed all, 1 connections in all
go1.27.3, HTTP/2 with pings: of 8 calls behind the loss failed two at most, 2 connections in all
SEEN
go mod init finding >/dev/null 2>&1
for v in go1.26.8 go1.27.3; do
	GOTOOLCHAIN=$v timeout 300 go build -o "$v" . >/dev/null 2>&1 || exit 2
done
timeout 60 ./go1.26.8 > earlier &
earlier=$!
timeout 60 ./go1.27.3 > later
wait "$earlier"
cat earlier later | tee out
diff seen out
