#!/usr/bin/env bash
# golang.org/x/oauth2 v0.38.0: the client of a clientcredentials.Config; and cloud.google.com/go/auth
# v0.24.4: NewCachedTokenProvider around New2LOTokenProvider. Both under the clock of
# testing/synctest.
#
# Behavior: a token endpoint issues one token an hour, and says to each client for how many more
# seconds it is valid. A client that asks in the last second gets expires_in 0, and keeps that token
# for life: both packages take 0 for "not given", and a token without an expiry never expires. The
# token with the shortest life is the only one that is never replaced. A client that makes two calls
# a second asks again and again near the end of the hour, so it meets the 0 in the first hour. From
# the second hour on every call gets a 401, and neither package asks for another token. A client
# that makes a call a minute gets no 401 in a day.
#
# The guess it contradicts: that the less time a token has left, the sooner it is replaced; and that
# a client that renews its token early is safe from an expired one.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > finding_test.go <<'GO'
package finding

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	tokenURL = "http://auth.test/token"
	apiURL   = "http://api.test/"
)

// servers is the token endpoint and the API, which accepts the token of this hour.
type servers struct {
	begin  time.Time
	tokens int
}

func (s *servers) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	hour := time.Since(s.begin).Truncate(time.Hour)
	token := fmt.Sprintf("token-%d", hour/time.Hour)
	switch {
	case req.URL.String() == tokenURL:
		s.tokens++
		left := hour + time.Hour - time.Since(s.begin)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, token, left/time.Second)
	case req.Header.Get("Authorization") != "Bearer "+token:
		w.WriteHeader(http.StatusUnauthorized)
	}
	return w.Result(), nil
}

// A caller makes a call and returns its status code.
type caller func() int

func withOAuth2(s *servers) caller {
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: s})
	config := clientcredentials.Config{ClientID: "id", ClientSecret: "secret", TokenURL: tokenURL}
	client := config.Client(ctx)
	return func() int {
		resp, err := client.Get(apiURL)
		check(err)
		return resp.StatusCode
	}
}

func withAuth(s *servers) caller {
	client := &http.Client{Transport: s}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	provider, err := auth.New2LOTokenProvider(&auth.Options2LO{
		Email: "client@example.com", TokenURL: tokenURL, Client: client,
		PrivateKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
	})
	check(err)
	cached := auth.NewCachedTokenProvider(provider, nil)
	return func() int {
		token, err := cached.Token(context.Background())
		check(err)
		req, err := http.NewRequest(http.MethodGet, apiURL, nil)
		check(err)
		req.Header.Set("Authorization", token.Type+" "+token.Value)
		resp, err := client.Do(req)
		check(err)
		return resp.StatusCode
	}
}

func TestLife(t *testing.T) {
	for _, with := range []struct {
		name string
		new  func(*servers) caller
	}{{"x/oauth2", withOAuth2}, {"cloud.google.com/go/auth", withAuth}} {
		for _, every := range []time.Duration{time.Minute, time.Second / 2} {
			synctest.Test(t, func(*testing.T) {
				s := &servers{begin: time.Now()}
				call := with.new(s)
				time.Sleep(every / 2)
				for hour := 1; hour <= 24; hour++ {
					s.tokens = 0
					rejected, calls := 0, int(time.Hour/every)
					for range calls {
						if call() == http.StatusUnauthorized {
							rejected++
						}
						time.Sleep(every)
					}
					if hour <= 2 || hour == 24 {
						fmt.Printf("%s, a call every %v, hour %d: %d of %d got 401, a token was fetched: %v\n", with.name, every, hour, rejected, calls, s.tokens > 0)
					}
				}
			})
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get golang.org/x/oauth2@v0.38.0 cloud.google.com/go/auth@v0.24.4 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
x/oauth2, a call every 1m0s, hour 1: 0 of 60 got 401, a token was fetched: true
x/oauth2, a call every 1m0s, hour 2: 0 of 60 got 401, a token was fetched: true
x/oauth2, a call every 1m0s, hour 24: 0 of 60 got 401, a token was fetched: true
x/oauth2, a call every 500ms, hour 1: 0 of 7200 got 401, a token was fetched: true
x/oauth2, a call every 500ms, hour 2: 7200 of 7200 got 401, a token was fetched: false
x/oauth2, a call every 500ms, hour 24: 7200 of 7200 got 401, a token was fetched: false
cloud.google.com/go/auth, a call every 1m0s, hour 1: 0 of 60 got 401, a token was fetched: true
cloud.google.com/go/auth, a call every 1m0s, hour 2: 0 of 60 got 401, a token was fetched: true
cloud.google.com/go/auth, a call every 1m0s, hour 24: 0 of 60 got 401, a token was fetched: true
cloud.google.com/go/auth, a call every 500ms, hour 1: 0 of 7200 got 401, a token was fetched: true
cloud.google.com/go/auth, a call every 500ms, hour 2: 7200 of 7200 got 401, a token was fetched: false
cloud.google.com/go/auth, a call every 500ms, hour 24: 7200 of 7200 got 401, a token was fetched: false
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
