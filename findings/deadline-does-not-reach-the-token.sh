#!/usr/bin/env bash
# golang.org/x/oauth2 v0.38.0, the client of a clientcredentials.Config.
#
# Behaviour: the deadline of a request bounds the request of the API, and not the one for a token in front of it: with a
# deadline of 0.5 s and a token that takes 2 s the call ends after 2 s, with a deadline exceeded. Calls queue for the token
# one by one, whatever their deadlines, and one that failed leaves nothing to the next. Each asks twice: what is no success,
# a 503 too, is taken for the wrong way to send the secret, and the other way is tried at once. So with a token endpoint
# that says 503 after 1 s, the last of five calls that began together ends after 10 s; the endpoint has had 10 requests.
#
# The guess it contradicts: that a call whose context has a deadline, or whose http.Client has a Timeout, is over by then, and
# that calls which wait for one token have one outcome.
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
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const deadline = 500 * time.Millisecond

// call returns how long the client took for one call with a deadline, and whether that was its error.
func call(c *http.Client, url string) (took time.Duration, exceeded bool) {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		panic(err)
	}
	resp, err := c.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	return time.Since(begin), errors.Is(err, context.DeadlineExceeded)
}

func main() {
	var tokens, calls atomic.Int64
	endpoint := func(takes time.Duration, status int) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			tokens.Add(1)
			time.Sleep(takes)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			io.WriteString(w, `{"access_token":"a","token_type":"Bearer","expires_in":3600}`)
		}))
	}
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	client := func(tokenURL string, style oauth2.AuthStyle) *http.Client {
		config := clientcredentials.Config{ClientID: "id", ClientSecret: "secret", TokenURL: tokenURL, AuthStyle: style}
		return config.Client(context.Background())
	}

	slow := endpoint(2*time.Second, http.StatusOK)
	took, exceeded := call(http.DefaultClient, slow.URL)
	fmt.Printf("without oauth2, 2 s: before 1.5 s: %v, deadline exceeded: %v\n", took < 1500*time.Millisecond, exceeded)
	took, exceeded = call(client(slow.URL, oauth2.AuthStyleInHeader), api.URL)
	fmt.Printf("a token after 2 s: before 1.5 s: %v, deadline exceeded: %v\n", took < 1500*time.Millisecond, exceeded)

	down := endpoint(time.Second, http.StatusServiceUnavailable)
	for _, style := range []struct {
		name  string
		style oauth2.AuthStyle
	}{{"AuthStyleInHeader", oauth2.AuthStyleInHeader}, {"the default", oauth2.AuthStyleAutoDetect}} {
		tokens.Store(0)
		c := client(down.URL, style.style)
		begin := time.Now()
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { call(c, api.URL) })
		}
		group.Wait()
		fmt.Printf("503 after 1 s, %s, five calls: %d requests for a token, the last ended after %d s or more\n",
			style.name, tokens.Load(), min(tokens.Load(), int64(time.Since(begin)/time.Second)))
	}
	fmt.Printf("requests of the API: %d\n", calls.Load())
}
GO
timeout 180 go get golang.org/x/oauth2@v0.38.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
cat > seen <<'SEEN'
without oauth2, 2 s: before 1.5 s: true, deadline exceeded: true
a token after 2 s: before 1.5 s: false, deadline exceeded: true
503 after 1 s, AuthStyleInHeader, five calls: 5 requests for a token, the last ended after 5 s or more
503 after 1 s, the default, five calls: 10 requests for a token, the last ended after 10 s or more
requests of the API: 0
SEEN
timeout 60 ./finding | tee out
diff seen out
