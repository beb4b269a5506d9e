#!/usr/bin/env bash
# golang.org/x/time/rate v0.16.0: SetLimit while callers are in Wait, under the clock of
# testing/synctest.
#
# Behavior: SetLimit does not change the waits that have begun, but it changes what they cost the
# others. If a limit of one a minute is raised to a hundred a second, the three callers that wait
# still go after one, two and three minutes, and a caller that comes later goes after 40 ms, before
# all of them. If a limit of a hundred a second is lowered to one a minute, the nine callers that
# wait are gone within 0.1 s, and the next one waits for ten minutes: what they owe are nine tokens,
# and a token now takes a minute.
#
# The guess it contradicts: that a limiter whose limit is set to what a server says keeps to it at
# once, for those who wait and in the order in which they came; and that a limit that is lowered to
# one a minute keeps the next caller for about a minute.
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
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func TestFinding(t *testing.T) {
	const second, minute = 100, 1. / 60
	for _, run := range []struct {
		name     string
		from, to rate.Limit
		callers  int
	}{
		{"one a minute", minute, minute, 3},
		{"one a minute, then a hundred a second", minute, second, 3},
		{"a hundred a second", second, second, 9},
		{"a hundred a second, then one a minute", second, minute, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := rate.NewLimiter(run.from, 1)
			l.Allow() // the token of the beginning
			begin := time.Now()
			var group sync.WaitGroup
			went := make([]time.Duration, run.callers+1)
			wait := func(caller int) {
				group.Go(func() {
					if err := l.Wait(context.Background()); err != nil {
						panic(err)
					}
					went[caller] = time.Since(begin).Round(10 * time.Millisecond)
				})
				synctest.Wait()
			}
			for caller := range run.callers {
				wait(caller)
			}
			l.SetLimit(run.to)
			wait(run.callers)
			group.Wait()
			fmt.Printf("%s: the callers go after %v to %v, the next one after %v\n", run.name, went[0], went[run.callers-1], went[run.callers])
		})
	}
}
GO
timeout 180 go get golang.org/x/time@v0.16.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
one a minute: the callers go after 1m0s to 3m0s, the next one after 4m0s
one a minute, then a hundred a second: the callers go after 1m0s to 3m0s, the next one after 40ms
a hundred a second: the callers go after 10ms to 90ms, the next one after 100ms
a hundred a second, then one a minute: the callers go after 10ms to 90ms, the next one after 10m0s
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
