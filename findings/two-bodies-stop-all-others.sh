#!/usr/bin/env bash
# github.com/quic-go/quic-go v0.65.0: its http3.Transport with the defaults. net/http of Go 1.26.8
# over HTTP/2 is for comparison.
#
# Behavior: two responses of 1 MiB that are not read, because what reads them is slow or waits for
# something else, stop all requests to their server. A third one gets no response, not even of 2
# bytes, for as long as the two bodies are neither read nor closed. Each response may be ahead of
# its reader by 512 KiB, and all of a connection together by 768 KiB. The server works on, but the
# client has no room for what it sends. The transport makes no other connection. With an
# InitialConnectionReceiveWindow of 16 MiB, 20 bodies stop nothing. Over HTTP/2 a hundred do not.
#
# The guess it contradicts: that the requests of a connection do not wait for each other over
# HTTP/3, which was made for that, so that a slow reader delays nobody but itself; and that what
# works with one slow download works with two.
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
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func main() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			w.Write(make([]byte, 1<<20))
			return
		}
		io.WriteString(w, "ok")
	})
	h2 := httptest.NewUnstartedServer(handler)
	h2.EnableHTTP2 = true
	h2.StartTLS()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	server := &http3.Server{TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: h2.TLS.Certificates}), Handler: handler}
	go server.Serve(socket)
	roots := x509.NewCertPool()
	roots.AddCert(h2.Certificate())
	h3 := func(config *quic.Config) http.RoundTripper {
		return &http3.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, QUICConfig: config}
	}
	url := "https://" + socket.LocalAddr().String()

	show("HTTP/2", h2.Client().Transport, h2.URL, 100)
	show("HTTP/3", h3(nil), url, 1)
	show("HTTP/3", h3(nil), url, 2)
	wide := &quic.Config{InitialConnectionReceiveWindow: 16 << 20, MaxConnectionReceiveWindow: 16 << 20}
	show("HTTP/3, 16 MiB", h3(wide), url, 20)
}

// show has a small response while some large ones are not read, and once more after one is closed.
func show(name string, rt http.RoundTripper, url string, unread int) {
	client := &http.Client{Transport: rt}
	bodies := make([]io.Closer, unread)
	for n := range bodies {
		resp, err := client.Get(url + "/large")
		check(err)
		bodies[n] = resp.Body
	}
	time.Sleep(time.Second) // for what the server can send
	fmt.Printf("%s, %d bodies are not read: %s; one is closed: ", name, unread, small(client, url))
	check(bodies[0].Close())
	fmt.Println(small(client, url))
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
HTTP/2, 100 bodies are not read: ok; one is closed: ok
HTTP/3, 1 bodies are not read: ok; one is closed: ok
HTTP/3, 2 bodies are not read: nothing in 6 s; one is closed: ok
HTTP/3, 16 MiB, 20 bodies are not read: ok; one is closed: ok
SEEN
timeout 120 ./finding 2>log | tee out
diff seen out
