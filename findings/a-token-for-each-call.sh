#!/usr/bin/env bash
# cloud.google.com/go/auth v0.24.4: the tokens of a refresh token, with the defaults and under the
# clock of testing/synctest. golang.org/x/oauth2 v0.38.0 is for comparison.
#
# Behavior: a token is refreshed as soon as it has less than 225 s left. If the tokens of a server
# live for three minutes, that is always so, and each call has another one fetched, in the
# background: 600 calls in ten minutes make 600 requests for a token, with a token at hand that is
# good for 179 s. oauth2 makes four. With tokens of four minutes it is one every 16 s, so that of
# each token only the first 16 s are used.
#
# The guess it contradicts: that a client that keeps a token asks for the next one when the first is
# about to expire, so that the requests for tokens do not grow with the calls, and that to refresh
# early is a question of when, not of how often.
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
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"
)

const tokenURL = "http://token.test/"

// A server grants tokens with a lifetime, and counts them.
type server struct {
	life    time.Duration
	granted int
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.granted++
	body := fmt.Sprintf(`{"access_token":"%d","token_type":"Bearer","expires_in":%d}`, s.granted, int(s.life.Seconds()))
	return &http.Response{
		StatusCode: http.StatusOK, Request: req, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}},
	}, nil
}

func TestFinding(t *testing.T) {
	for _, life := range []time.Duration{time.Hour, 4 * time.Minute, 3 * time.Minute} {
		for _, client := range []struct {
			name  string
			token func(*http.Client) func() error
		}{
			{"oauth2", func(c *http.Client) func() error {
				ctx := context.WithValue(context.Background(), oauth2.HTTPClient, c)
				config := oauth2.Config{ClientID: "id", ClientSecret: "secret", Endpoint: oauth2.Endpoint{TokenURL: tokenURL}}
				source := config.TokenSource(ctx, &oauth2.Token{RefreshToken: "refresh"})
				return func() error {
					_, err := source.Token()
					return err
				}
			}},
			{"auth", func(c *http.Client) func() error {
				source, err := auth.New3LOTokenProvider(&auth.Options3LO{
					ClientID: "id", ClientSecret: "secret", AuthURL: tokenURL, TokenURL: tokenURL, RedirectURL: tokenURL,
					RefreshToken: "refresh", AuthStyle: auth.StyleInParams, Client: c,
				})
				if err != nil {
					panic(err)
				}
				return func() error {
					_, err := source.Token(context.Background())
					return err
				}
			}},
		} {
			synctest.Test(t, func(t *testing.T) {
				s := &server{life: life}
				token := client.token(&http.Client{Transport: s})
				for range 600 {
					if err := token(); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Second)
				}
				fmt.Printf("%s, tokens of %v: 600 calls in ten minutes, %d requests for a token\n", client.name, life, s.granted)
			})
		}
	}
}
GO
timeout 180 go get cloud.google.com/go/auth@v0.24.4 golang.org/x/oauth2@v0.38.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
oauth2, tokens of 1h0m0s: 600 calls in ten minutes, 1 requests for a token
auth, tokens of 1h0m0s: 600 calls in ten minutes, 1 requests for a token
oauth2, tokens of 4m0s: 600 calls in ten minutes, 3 requests for a token
auth, tokens of 4m0s: 600 calls in ten minutes, 38 requests for a token
oauth2, tokens of 3m0s: 600 calls in ten minutes, 4 requests for a token
auth, tokens of 3m0s: 600 calls in ten minutes, 600 requests for a token
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
