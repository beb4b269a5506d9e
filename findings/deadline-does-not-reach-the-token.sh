#!/usr/bin/env bash
# golang.org/x/oauth2 v0.38.0: the client of a clientcredentials.Config.
#
# Behavior: the deadline of a request limits the request to the API, but not the request for a
# token before it. With a deadline of 0.5 s and a token that takes 2 s, the call ends after 2 s,
# with deadline exceeded. Calls queue for the token one after the other, whatever their deadlines,
# and a call that failed leaves nothing to the next. Each asks twice: any response but a success,
# even a 503, is taken to mean that the secret was sent in the wrong way, and the other way is tried
# at once. So if the token endpoint responds 503 after 1 s, the last of five concurrent calls ends
# after 10 s, and the endpoint has received 10 requests.
#
# The guess it contradicts: that a call whose context has a deadline, or whose http.Client has a
# Timeout, is over by then; and that calls that wait for one token have one outcome.
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

// call makes one call with a deadline. It returns how long that took, and whether the deadline was
// its error.
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
