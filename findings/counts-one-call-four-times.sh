#!/usr/bin/env bash
# github.com/redis/go-redis/v9 v9.23.0, with a ReadTimeout of 1 s and otherwise the defaults, alone
# and under redis_rate v10.0.1. The server is miniredis v2.40.0, behind a relay that holds responses
# back. rueidis v1.0.79 is for comparison.
#
# Behavior: a command whose response does not come within the timeout is sent again three times,
# each time over another connection, whatever it does. One INCR that fails has counted four. One
# Allow that fails has taken four of the ten that redis_rate grants a minute. So a server that is
# slow for some seconds uses up limits, although nothing was granted. rueidis sends such a command
# once.
#
# The guess it contradicts: that a client itself resends only what is idempotent, or what the server
# cannot have received, as net/http does, so that a counter is off by at most one for each call that
# failed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/redis/rueidis"
)

// relay returns an address through which a server receives everything. Once the command has been
// sent over a connection, no response comes back over it any more.
func relay(server, command string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		for {
			client, err := l.Accept()
			check(err)
			s, err := net.Dial("tcp", server)
			check(err)
			held := make(chan struct{})
			go func() {
				defer s.Close()
				buf := make([]byte, 4096)
				for once := false; ; {
					n, err := client.Read(buf)
					if err != nil {
						return
					}
					if !once && bytes.Contains(bytes.ToLower(buf[:n]), []byte(command)) {
						once = true
						close(held)
					}
					s.Write(buf[:n])
				}
			}()
			go func() {
				buf := make([]byte, 4096)
				for {
					n, err := s.Read(buf)
					if err != nil {
						return
					}
					select {
					case <-held:
						io.Copy(io.Discard, s)
						return
					default:
						client.Write(buf[:n])
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func main() {
	ctx := context.Background()
	server := miniredis.NewMiniRedis()
	check(server.Start())
	direct := redis.NewClient(&redis.Options{Addr: server.Addr()})

	count := func(name string, incr func() error) {
		outcome := "no error"
		if err := incr(); err != nil {
			outcome = "an error"
		}
		time.Sleep(300 * time.Millisecond) // for the last command to arrive
		n, err := direct.Get(ctx, name).Int()
		check(err)
		fmt.Printf("%s: one INCR, %s, counted %d\n", name, outcome, n)
	}
	behind := func(command string, retries int) *redis.Client {
		return redis.NewClient(&redis.Options{Addr: relay(server.Addr(), command), ReadTimeout: time.Second, MaxRetries: retries})
	}
	count("go-redis", func() error { return behind("incr", 0).Incr(ctx, "go-redis").Err() })
	count("go-redis, MaxRetries: -1", func() error { return behind("incr", -1).Incr(ctx, "go-redis, MaxRetries: -1").Err() })
	count("rueidis", func() error {
		c, err := rueidis.NewClient(rueidis.ClientOption{
			InitAddress: []string{relay(server.Addr(), "incr")}, ForceSingleClient: true, DisableCache: true, ConnWriteTimeout: time.Second,
		})
		check(err)
		return c.Do(ctx, c.B().Incr().Key("rueidis").Build()).Error()
	})

	limit := redis_rate.PerMinute(10)
	check(redis_rate.NewLimiter(direct).Reset(ctx, "key"))
	r, err := redis_rate.NewLimiter(direct).Allow(ctx, "key", limit)
	check(err)
	fmt.Printf("redis_rate: allowed %d, %d remain\n", r.Allowed, r.Remaining)
	_, err = redis_rate.NewLimiter(behind("evalsha", 0)).Allow(ctx, "key", limit)
	fmt.Printf("redis_rate, slow: an error: %v\n", err != nil)
	r, err = redis_rate.NewLimiter(direct).Allow(ctx, "key", limit)
	check(err)
	fmt.Printf("redis_rate: allowed %d, %d remain\n", r.Allowed, r.Remaining)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/redis/go-redis/v9@v9.23.0 github.com/go-redis/redis_rate/v10@v10.0.1 github.com/alicebob/miniredis/v2@v2.40.0 \
	github.com/redis/rueidis@v1.0.79 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
go-redis: one INCR, an error, counted 4
go-redis, MaxRetries: -1: one INCR, an error, counted 1
rueidis: one INCR, an error, counted 1
redis_rate: allowed 1, 9 remain
redis_rate, slow: an error: true
redis_rate: allowed 1, 4 remain
SEEN
timeout 60 ./finding | tee out
diff seen out
