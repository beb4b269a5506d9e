#!/usr/bin/env bash
# golang.org/x/time/rate v0.16.0: Wait with one token a second, under the clock of testing/synctest.
#
# Behavior: ten callers of Wait whose contexts are canceled get an error each. If the one that came
# first is canceled first, nine of their ten tokens are gone: the next caller goes after 10 s, and
# nothing goes before it. If they are canceled in the other order, they leave nothing behind, and
# the next caller goes after 1 s. A caller gives back only what nobody has reserved after it.
#
# The guess it contradicts: that a Wait that returns an error has taken nothing, and that nobody
# waits for a caller that has left a queue, so that only what was sent uses up a limit.
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
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func TestCanceled(t *testing.T) {
	for _, order := range []string{"nobody", "the last first", "the first first"} {
		synctest.Test(t, func(t *testing.T) {
			l := rate.NewLimiter(1, 1)
			begin := time.Now()
			if !l.Allow() {
				t.Fatal("no first token")
			}
			var cancels []context.CancelFunc
			failed := 0
			for range 10 {
				ctx, cancel := context.WithCancel(context.Background())
				cancels = append(cancels, cancel)
				if order == "nobody" {
					continue
				}
				go func() {
					if l.Wait(ctx) != nil {
						failed++
					}
				}()
				synctest.Wait()
			}
			time.Sleep(100 * time.Millisecond)
			for n := range cancels {
				if order == "the last first" {
					n = len(cancels) - 1 - n
				}
				cancels[n]()
				synctest.Wait()
			}
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("waited and was canceled: %s: %d errors, the next goes after %s\n", order, failed, time.Since(begin))
		})
	}
}
GO
timeout 180 go get golang.org/x/time@v0.16.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
waited and was canceled: nobody: 0 errors, the next goes after 1s
waited and was canceled: the last first: 10 errors, the next goes after 1s
waited and was canceled: the first first: 10 errors, the next goes after 10s
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
