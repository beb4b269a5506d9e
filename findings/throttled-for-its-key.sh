#!/usr/bin/env bash
# gofiber/fiber v3.1.0: its middlewares idempotency and limiter, in this order, with 1 request in 3
# s and otherwise the defaults.
#
# Behavior: a POST that was throttled stays throttled as long as its key is kept, which is half an
# hour. The 429 is kept as the response of the key, and sent again to each retry, with the
# Retry-After of the first time, while the limiter accepts other keys. If the limiter comes before
# idempotency, the retry is accepted.
#
# The guess it contradicts: that a request that has waited as long as Retry-After says is better
# sent again with the key it had, and that a 429, which did no work, is kept for no key.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/idempotency"
	"github.com/gofiber/fiber/v3/middleware/limiter"
)

func main() {
	limit := limiter.Config{Max: 1, Expiration: 3 * time.Second}
	show("idempotency, limiter", idempotency.New(), limiter.New(limit))
	show("limiter, idempotency", limiter.New(limit), idempotency.New())
}

func show(order string, middlewares ...any) {
	app := fiber.New()
	app.Use(middlewares[0])
	app.Use(middlewares[1])
	app.Post("/", func(c fiber.Ctx) error { return c.SendString("done") })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
	post := func(what, key string) {
		req, err := http.NewRequest("POST", "http://"+l.Addr().String(), strings.NewReader("pay"))
		check(err)
		req.Header.Set("X-Idempotency-Key", strings.Repeat(key, 36))
		resp, err := http.DefaultClient.Do(req)
		check(err)
		resp.Body.Close()
		after := ""
		if resp.Header.Get("Retry-After") != "" {
			after = ", with Retry-After"
		}
		fmt.Printf("%s: %s: %d%s\n", order, what, resp.StatusCode, after)
	}
	post("the key a", "a")
	post("the key b, at once", "b")
	time.Sleep(4 * time.Second)
	post("the key b, after 4 s", "b")
	time.Sleep(4 * time.Second)
	post("the key c, after 8 s", "c")
	time.Sleep(4 * time.Second)
	post("the key b, after 12 s", "b")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/gofiber/fiber/v3@v3.1.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go mod tidy 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
idempotency, limiter: the key a: 200
idempotency, limiter: the key b, at once: 429, with Retry-After
idempotency, limiter: the key b, after 4 s: 429, with Retry-After
idempotency, limiter: the key c, after 8 s: 200
idempotency, limiter: the key b, after 12 s: 429, with Retry-After
limiter, idempotency: the key a: 200
limiter, idempotency: the key b, at once: 429, with Retry-After
limiter, idempotency: the key b, after 4 s: 200
limiter, idempotency: the key c, after 8 s: 200
limiter, idempotency: the key b, after 12 s: 200
SEEN
timeout 60 ./finding | tee out
diff seen out
