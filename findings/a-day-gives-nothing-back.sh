#!/usr/bin/env bash
# aws-sdk-go-v2 v1.48.0: a client of its service/s3 v1.114.10 with the defaults, under the clock of
# testing/synctest.
#
# Behavior: the retries of a client come from a bucket of 500 tokens. A retry takes 14 of them, and
# time does not refill the bucket. An outage that 18 calls meet empties it: the 18th call makes two
# attempts instead of three, and each later call makes one. If there is no call in between, the
# bucket is still empty a day later. The first 500 of that day is the outcome of its call, although
# a second attempt would succeed. A call that succeeds at its first attempt puts back 1 token, so it
# takes fourteen such calls to pay for one retry. (Here it takes four, because 10 tokens were left.)
#
# The guess it contradicts: that a bucket of tokens refills with time, like that of a rate limiter,
# so that a client that was left alone after an outage is as good as a new one; and that three
# attempts by default are three attempts.
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
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestRest(t *testing.T) {
	var requests, failing atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		if failing.Add(-1) >= 0 {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, "<Error><Code>InternalError</Code></Error>")
			return
		}
		fmt.Fprint(w, "<ListAllMyBucketsResult/>")
	}))
	defer server.Close()
	synctest.Test(t, func(*testing.T) {
		client := func() *s3.Client {
			return s3.New(s3.Options{
				Region: "us-east-1", BaseEndpoint: aws.String(server.URL), UsePathStyle: true,
				Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
				// No connection is left open, because the clock stands still while a goroutine
				// reads one.
				HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
			})
		}
		// call makes one call whose first attempts fail, and says how it ended.
		call := func(c *s3.Client, fail int64) string {
			requests.Store(0)
			failing.Store(fail)
			_, err := c.ListBuckets(context.Background(), nil)
			outcome := "no error"
			if err != nil {
				outcome = "an error"
			}
			return fmt.Sprintf("%d requests, %s", requests.Load(), outcome)
		}

		c, idle := client(), client()
		for n := 1; n <= 30; n++ {
			if seen := call(c, 3); n == 1 || n > 16 && n < 20 || n == 30 {
				fmt.Printf("outage, call %d: %s\n", n, seen)
			}
		}
		time.Sleep(24 * time.Hour)
		fmt.Printf("a day later, one 500: %s\n", call(c, 1))
		fmt.Printf("a day later, one 500, a client that was not there: %s\n", call(idle, 1))
		for n := 1; n <= 4; n++ {
			call(c, 0)
			if n >= 3 {
				fmt.Printf("after %d calls that succeed, one 500: %s\n", n, call(c, 1))
			}
		}
	})
}
GO
timeout 180 go get github.com/aws/aws-sdk-go-v2@v1.48.0 github.com/aws/aws-sdk-go-v2/service/s3@v1.114.10 \
	github.com/aws/aws-sdk-go-v2/credentials@v1.21.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
outage, call 1: 3 requests, an error
outage, call 17: 3 requests, an error
outage, call 18: 2 requests, an error
outage, call 19: 1 requests, an error
outage, call 30: 1 requests, an error
a day later, one 500: 1 requests, an error
a day later, one 500, a client that was not there: 2 requests, no error
after 3 calls that succeed, one 500: 1 requests, an error
after 4 calls that succeed, one 500: 2 requests, no error
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
