#!/usr/bin/env bash
# github.com/cenkalti/backoff/v5 v5.0.3: Retry with the defaults, and RetryAfter for a 429 that has a
# Retry-After, as in the example of the package. Under the clock of testing/synctest.
#
# Behavior: RetryAfter takes the place of the backoff, and begins it anew. There is no limit on the
# number of attempts, only one of 15 minutes on their time. So a server that responds within 10 ms and
# without a Retry-After gets less than fifty requests of a call, but 90001 if it has Retry-After: 0. It
# gets thousands even if only every second response has it, because the backoff never grows.
#
# The guess it contradicts: that Retry-After is a minimum, so that a server that throttles a client
# again and again is asked less and less often, whatever it says.
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
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"
)

func TestFinding(t *testing.T) {
	for _, run := range []struct {
		name   string
		jitter bool
		error  func(n int) error // of the nth request
	}{
		{"no Retry-After", true, func(int) error { return errors.New("429") }},
		{"Retry-After: 60", false, func(int) error { return backoff.RetryAfter(60) }},
		{"Retry-After: 1", false, func(int) error { return backoff.RetryAfter(1) }},
		{"Retry-After: 0", false, func(int) error { return backoff.RetryAfter(0) }},
		{"Retry-After: 0 in every second response", true, func(n int) error {
			if n%2 == 0 {
				return backoff.RetryAfter(0)
			}
			return errors.New("429")
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			begin := time.Now()
			_, err := backoff.Retry(context.Background(), func() (struct{}, error) {
				n++
				time.Sleep(10 * time.Millisecond)
				return struct{}{}, run.error(n)
			})
			requests := fmt.Sprint(n)
			switch { // a backoff has jitter
			case run.jitter && n < 50:
				requests = "less than 50"
			case run.jitter && n > 2000:
				requests = "more than 2000"
			}
			fmt.Printf("%s: %s requests, an error: %v, in 15 minutes: %v\n", run.name, requests, err != nil, time.Since(begin) < 15*time.Minute+time.Second)
		})
	}
}
GO
timeout 180 go get github.com/cenkalti/backoff/v5@v5.0.3 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
no Retry-After: less than 50 requests, an error: true, in 15 minutes: true
Retry-After: 60: 15 requests, an error: true, in 15 minutes: true
Retry-After: 1: 892 requests, an error: true, in 15 minutes: true
Retry-After: 0: 90001 requests, an error: true, in 15 minutes: true
Retry-After: 0 in every second response: more than 2000 requests, an error: true, in 15 minutes: true
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
