#!/usr/bin/env bash
# github.com/failsafe-go/failsafe-go v0.9.8: the retry policy of failsafehttp.NewRetryPolicyBuilder,
# under the clock of testing/synctest.
#
# Behavior: a 429 asks for 10 minutes. Without a limit on time the client waits for 10 minutes before
# each of its two retries. With WithMaxDuration(1 minute) it does not give up, and does not wait
# either: the wait is cut to the minute that is left, and the client sends again nine minutes too
# early, as the last thing it does. A deadline of the context of a minute ends the call after that
# minute, and nothing is sent.
#
# The guess it contradicts: that a client that has no time for what a server asks gives up without
# sending, at once or at the end, so that a limit on time only makes requests fewer, never earlier.
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
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/failsafehttp"
)

// A server responds after a tenth of a second, and notes when.
type server struct {
	begin time.Time
	came  []time.Duration
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.came = append(s.came, time.Since(s.begin).Truncate(time.Second))
	time.Sleep(100 * time.Millisecond)
	return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}, Body: http.NoBody, Request: req}, nil
}

func TestFinding(t *testing.T) {
	for _, run := range []struct {
		name                  string
		maxDuration, deadline time.Duration
	}{
		{"no limit", 0, 24 * time.Hour},
		{"WithMaxDuration of 1 minute", time.Minute, 24 * time.Hour},
		{"WithMaxDuration of 15 minutes", 15 * time.Minute, 24 * time.Hour},
		{"a deadline of 1 minute", 0, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			policy := failsafehttp.NewRetryPolicyBuilder()
			if run.maxDuration != 0 {
				policy.WithMaxDuration(run.maxDuration)
			}
			s := &server{begin: time.Now()}
			ctx, cancel := context.WithTimeout(context.Background(), run.deadline)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://server.test/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := failsafehttp.NewRoundTripper(s, policy.Build()).RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			fmt.Printf("Retry-After: 600, %s: requests after %v, an error after %v: %v\n", run.name, s.came, time.Since(s.begin).Truncate(time.Second), err != nil)
		})
	}
}
GO
timeout 180 go get github.com/failsafe-go/failsafe-go/failsafehttp@v0.9.8 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
Retry-After: 600, no limit: requests after [0s 10m0s 20m0s], an error after 20m0s: true
Retry-After: 600, WithMaxDuration of 1 minute: requests after [0s 1m0s], an error after 1m0s: true
Retry-After: 600, WithMaxDuration of 15 minutes: requests after [0s 10m0s 15m0s], an error after 15m0s: true
Retry-After: 600, a deadline of 1 minute: requests after [0s], an error after 1m0s: true
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
