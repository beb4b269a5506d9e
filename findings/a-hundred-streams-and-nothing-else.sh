#!/usr/bin/env bash
# github.com/quic-go/quic-go v0.65.0: its http3.Transport and its http3.Server with the defaults.
# net/http of Go 1.26.8 over HTTP/2, with a server that grants as many streams, is for comparison.
#
# Behavior: a client subscribes to a hundred streams of events that stay open. From then on each
# request to that server waits until its deadline, a GET of 2 bytes too. Nothing is sent of it, and
# the server sees none. The server grants a connection a hundred requests at a time, and the
# transport has one connection for a host, makes no other and returns no error. Over HTTP/2 the
# transport makes a second connection, and the GET is done.
#
# The guess it contradicts: that a transport makes the connections that it needs, as that of net/http
# does over HTTP/1.1 and over HTTP/2; and that a client with streams runs out of something with an
# error and not in silence.
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
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go/http3"
)

var (
	seen        atomic.Int64 // the requests for /small
	connections sync.Map     // from the address of a client to its protocol
)

func main() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, r.Proto)
		if r.URL.Path == "/events" {
			io.WriteString(w, "data: 1\n\n")
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		seen.Add(1)
		io.WriteString(w, "ok")
	})
	h2 := httptest.NewUnstartedServer(handler)
	h2.EnableHTTP2 = true
	h2.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 100}
	h2.StartTLS()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	server := &http3.Server{TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: h2.TLS.Certificates}), Handler: handler}
	go server.Serve(socket)
	roots := x509.NewCertPool()
	roots.AddCert(h2.Certificate())
	h3 := &http3.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}

	show("HTTP/2.0", h2.Client().Transport, h2.URL)
	show("HTTP/3.0", h3, "https://"+socket.LocalAddr().String())
}

func show(name string, rt http.RoundTripper, url string) {
	client := &http.Client{Transport: rt}
	var streams []io.Closer
	for _, n := range []int{99, 100} {
		for len(streams) < n {
			resp, err := client.Get(url + "/events")
			check(err)
			streams = append(streams, resp.Body)
		}
		report(name, n, client, url)
	}
	check(streams[0].Close())
	report(name, 99, client, url)
}

func report(name string, streams int, client *http.Client, url string) {
	seen.Store(0)
	outcome := small(client, url)
	n := 0
	connections.Range(func(_, proto any) bool {
		if proto == name {
			n++
		}
		return true
	})
	fmt.Printf("%s, %d streams are open: %s, the server has seen %d, %d connections\n", name, streams, outcome, seen.Load(), n)
}

func small(client *http.Client, url string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/small", nil)
	check(err)
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			return err.Error()
		}
		return "nothing in 6 s"
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(err)
	return string(body)
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
HTTP/2.0, 99 streams are open: ok, the server has seen 1, 1 connections
HTTP/2.0, 100 streams are open: ok, the server has seen 1, 2 connections
HTTP/2.0, 99 streams are open: ok, the server has seen 1, 2 connections
HTTP/3.0, 99 streams are open: ok, the server has seen 1, 1 connections
HTTP/3.0, 100 streams are open: nothing in 6 s, the server has seen 0, 1 connections
HTTP/3.0, 99 streams are open: ok, the server has seen 1, 1 connections
SEEN
timeout 120 ./finding 2>log | tee out
diff seen out
