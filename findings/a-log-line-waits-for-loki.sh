#!/usr/bin/env bash
# github.com/samber/slog-loki/v3 v3.5.2, a handler for log/slog, and the client that its README gives
# it, github.com/grafana/loki-client-go at e7494d0ef70c, both with the defaults.
#
# Behavior: the client collects lines for a second and sends them from a goroutine. While that one
# retries, it takes no lines, and a line that it does not take blocks its caller. If Loki responds
# 503 for 8 s, all that logs stands still for at least as long, in every goroutine. A context that
# ends after 0.1 s changes nothing, and no line returns an error. There are ten attempts by default,
# with pauses that double from half a second to five minutes, so a longer outage stops a program for
# minutes. If the server is up, no line waits.
#
# The guess it contradicts: that a client that sends lines in the background costs its callers
# nothing, and that a log server that is down costs lines, not requests; and that a call with a
# context ends with it.
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
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grafana/loki-client-go/loki"
	slogloki "github.com/samber/slog-loki/v3"
)

func main() {
	show("up", 0)
	show("down for 8 s", 8*time.Second)
}

// show has four goroutines log for 4 s, while a server is down from the first request on.
func show(name string, down time.Duration) {
	var begin atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		begin.CompareAndSwap(0, time.Now().UnixNano())
		if time.Since(time.Unix(0, begin.Load())) < down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	config, err := loki.NewDefaultConfig(server.URL)
	check(err)
	client, err := loki.New(config)
	check(err)
	handler := slogloki.Option{Client: client}.NewLokiHandler()

	var all sync.WaitGroup
	var held, failed atomic.Int64
	for range 4 {
		all.Go(func() {
			worst := time.Duration(0)
			for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				line := time.Now()
				if handler.Handle(ctx, slog.NewRecord(line, slog.LevelInfo, "done", 0)) != nil {
					failed.Add(1)
				}
				worst = max(worst, time.Since(line))
				cancel()
			}
			if worst > 6*time.Second {
				held.Add(1)
			}
		})
	}
	all.Wait()
	fmt.Printf("%s: %d of 4 goroutines waited more than 6 s for a line, %d errors\n", name, held.Load(), failed.Load())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/samber/slog-loki/v3@v3.5.2 github.com/grafana/loki-client-go@v0.0.0-20230116142646-e7494d0ef70c \
	2>install.log || { cat install.log >&2; exit 2; }
timeout 500 go build -o finding . 2>install.log || { cat install.log >&2; exit 2; }
cat > seen <<'SEEN'
up: 0 of 4 goroutines waited more than 6 s for a line, 0 errors
down for 8 s: 4 of 4 goroutines waited more than 6 s for a line, 0 errors
SEEN
timeout 120 ./finding 2>log | grep -v ^level= | tee out # the client logs to standard output
diff seen out
