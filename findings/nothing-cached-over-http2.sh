#!/usr/bin/env bash
# github.com/gregjones/httpcache at 901d90724c79 and github.com/gohugoio/httpcache v0.9.0, each
# below google/go-github v88.0.0.
#
# Behavior: a cache that works over HTTP/1.1 stores nothing over HTTP/2. Both caches store a
# response when a read of its body returns io.EOF. The SDK decodes the body with a json.Decoder,
# which reads no further once it has its value. Over HTTP/1.1 the read that returns the last bytes
# of a Content-Length also returns io.EOF. Over HTTP/2 it takes one more read, which nobody makes.
# So five calls for a repository that is fresh for a minute make five requests instead of one, and
# if it must be revalidated, none of them has an If-None-Match. If the SDK copies the same body to
# an io.Writer, it is stored over both.
#
# The guess it contradicts: that the version of HTTP makes no difference above the transport, and
# that a response that was decoded without an error is in the cache.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	hugo "github.com/gohugoio/httpcache"
	"github.com/google/go-github/v88/github"
	"github.com/gregjones/httpcache"
)

const repository = `{"id":1,"name":"r","full_name":"o/r"}`

var caches = []struct {
	name string
	new  func(http.RoundTripper) http.RoundTripper
}{
	{"gregjones", func(base http.RoundTripper) http.RoundTripper {
		t := httpcache.NewMemoryCacheTransport()
		t.Transport = base
		return t
	}},
	{"gohugoio", func(base http.RoundTripper) http.RoundTripper {
		return &hugo.Transport{Transport: base, Cache: httpcache.NewMemoryCache()}
	}},
}

func main() {
	for _, cache := range caches {
		for _, fresh := range []string{"private, max-age=60", "no-cache"} {
			for _, http2 := range []bool{false, true} {
				for _, read := range []string{"decoded", "copied"} {
					requests, conditional, protocol := 0, 0, ""
					server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
						requests++
						protocol = req.Proto
						w.Header().Set("Content-Type", "application/json")
						w.Header().Set("Cache-Control", fresh)
						w.Header().Set("ETag", `"1"`)
						if req.Header.Get("If-None-Match") != "" {
							conditional++
							w.WriteHeader(http.StatusNotModified)
							return
						}
						w.Header().Set("Content-Length", fmt.Sprint(len(repository)))
						fmt.Fprint(w, repository)
					}))
					server.EnableHTTP2 = http2
					server.StartTLS()
					url := server.URL + "/"
					client, err := github.NewClient(github.WithTransport(cache.new(server.Client().Transport)), github.WithURLs(&url, nil))
					check(err)
					for range 5 {
						ctx := context.Background()
						if read == "decoded" {
							r, _, err := client.Repositories.Get(ctx, "o", "r")
							check(err)
							if r.GetName() != "r" {
								panic("another repository")
							}
							continue
						}
						req, err := client.NewRequest(ctx, http.MethodGet, "repos/o/r", nil)
						check(err)
						var b bytes.Buffer
						_, err = client.Do(req, &b)
						check(err)
						if b.String() != repository {
							panic("another repository")
						}
					}
					fmt.Printf("%s, %s, %s, %s: %d requests, %d of them with If-None-Match\n", cache.name, fresh, protocol, read, requests, conditional)
					server.Close()
				}
			}
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/gregjones/httpcache@v0.0.0-20190611155906-901d90724c79 github.com/gohugoio/httpcache@v0.9.0 \
	github.com/google/go-github/v88@v88.0.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
gregjones, private, max-age=60, HTTP/1.1, decoded: 1 requests, 0 of them with If-None-Match
gregjones, private, max-age=60, HTTP/1.1, copied: 1 requests, 0 of them with If-None-Match
gregjones, private, max-age=60, HTTP/2.0, decoded: 5 requests, 0 of them with If-None-Match
gregjones, private, max-age=60, HTTP/2.0, copied: 1 requests, 0 of them with If-None-Match
gregjones, no-cache, HTTP/1.1, decoded: 5 requests, 4 of them with If-None-Match
gregjones, no-cache, HTTP/1.1, copied: 5 requests, 4 of them with If-None-Match
gregjones, no-cache, HTTP/2.0, decoded: 5 requests, 0 of them with If-None-Match
gregjones, no-cache, HTTP/2.0, copied: 5 requests, 4 of them with If-None-Match
gohugoio, private, max-age=60, HTTP/1.1, decoded: 1 requests, 0 of them with If-None-Match
gohugoio, private, max-age=60, HTTP/1.1, copied: 1 requests, 0 of them with If-None-Match
gohugoio, private, max-age=60, HTTP/2.0, decoded: 5 requests, 0 of them with If-None-Match
gohugoio, private, max-age=60, HTTP/2.0, copied: 1 requests, 0 of them with If-None-Match
gohugoio, no-cache, HTTP/1.1, decoded: 5 requests, 4 of them with If-None-Match
gohugoio, no-cache, HTTP/1.1, copied: 5 requests, 4 of them with If-None-Match
gohugoio, no-cache, HTTP/2.0, decoded: 5 requests, 0 of them with If-None-Match
gohugoio, no-cache, HTTP/2.0, copied: 5 requests, 4 of them with If-None-Match
SEEN
timeout 60 ./finding | tee out
diff seen out
