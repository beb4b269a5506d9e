#!/usr/bin/env bash
# github.com/quic-go/quic-go v0.65.0: its http3.Transport with the defaults. net/http over HTTP/2 is
# for comparison.
#
# Behavior: a request whose stream the server resets, as a handler that gives up does, is the last one
# of its connection. The transport makes another connection for the next request and forgets the
# former without closing it. By default it keeps connections alive, so none of the forgotten ones
# goes idle: 20 such requests leave 20 connections, CloseIdleConnections closes none of them, and
# after Close they are open, too. Over HTTP/2 all requests have one connection.
#
# The guess it contradicts: that an error of one request is not one of its connection, since HTTP/3
# has streams for that; that a transport has as many connections as it uses; and that Close closes
# them.
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
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func main() {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/aborts" {
			panic(http.ErrAbortHandler)
		}
	})
	var open, open3 atomic.Int64
	h2 := httptest.NewUnstartedServer(handler)
	h2.EnableHTTP2 = true
	h2.Config.ErrorLog = log.New(io.Discard, "", 0)
	h2.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	h2.StartTLS()
	transport := h2.Client().Transport.(*http.Transport)

	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	server := &http3.Server{
		TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: h2.TLS.Certificates}),
		Handler:   handler,
		ConnContext: func(ctx context.Context, c *quic.Conn) context.Context {
			open3.Add(1)
			context.AfterFunc(c.Context(), func() { open3.Add(-1) })
			return ctx
		},
	}
	go server.Serve(socket)
	roots := x509.NewCertPool()
	roots.AddCert(h2.Certificate())
	h3 := &http3.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	lines := make(chan string, 1)
	go func() { lines <- show("net/http", transport, h2.URL, &open, transport.CloseIdleConnections) }()
	line := show("http3", h3, "https://"+socket.LocalAddr().String(), &open3, func() { check(h3.Close()) })
	fmt.Println(<-lines)
	fmt.Println(line)
}

func show(name string, rt http.RoundTripper, url string, open *atomic.Int64, end func()) (line string) {
	get := func(path string) (failed bool) {
		req, err := http.NewRequest(http.MethodGet, url+path, nil)
		check(err)
		resp, err := rt.RoundTrip(req)
		if err == nil {
			check(resp.Body.Close())
		}
		return err != nil
	}
	reset := 0
	for range 20 {
		if get("/aborts") {
			reset++
		}
	}
	served := !get("/")
	line = fmt.Sprintf("%s: %d requests were reset, one was served: %v; open are %d", name, reset, served, open.Load())
	time.Sleep(40 * time.Second) // longer than an idle connection lives: 30 s in quic-go
	line += fmt.Sprintf(", after 40 s %d", open.Load())
	if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
	time.Sleep(time.Second)
	line += fmt.Sprintf(", after CloseIdleConnections %d", open.Load())
	end()
	time.Sleep(time.Second)
	return line + fmt.Sprintf(", after the end %d", open.Load())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/quic-go/quic-go@v0.65.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . 2>install.log || { cat install.log >&2; exit 2; }
cat > seen <<'SEEN'
net/http: 20 requests were reset, one was served: true; open are 1, after 40 s 1, after CloseIdleConnections 0, after the end 0
http3: 20 requests were reset, one was served: true; open are 21, after 40 s 21, after CloseIdleConnections 20, after the end 20
SEEN
timeout 120 ./finding 2>log | tee out
diff seen out
