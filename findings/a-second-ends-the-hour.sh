#!/usr/bin/env bash
# @sentry/node 11.12.0, and for comparison sentry-go v0.50.0: rate limits of the server.
#
# Behavior: a server limits errors for 1 s (X-Sentry-Rate-Limits: 1:error), and some time later
# everything for an hour (Retry-After: 3600). The SDK for Node then sends every error of that hour.
# Once a category has had a limit of its own, a limit on everything no longer reaches it, although
# the first limit has ended. Only another limit on errors does. A process that never had the first
# limit obeys the hour, and the SDK for Go obeys it in both cases.
#
# The guess it contradicts: that a limit that has ended leaves nothing behind, and that a client
# that obeys a limit on one kind of request obeys a wider one too.
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
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/getsentry/sentry-go"
)

func main() {
	for _, before := range []bool{false, true} {
		var mu sync.Mutex
		errors, limits := 0, http.Header(nil)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			if !strings.Contains(string(body), `"type":"event"`) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			errors++
			for name, values := range limits {
				w.Header()[name] = values
			}
			if limits != nil {
				w.WriteHeader(http.StatusTooManyRequests)
			}
			limits = nil
		}))
		client, err := sentry.NewClient(sentry.ClientOptions{Dsn: strings.Replace(server.URL, "://", "://key@", 1) + "/1"})
		if err != nil {
			panic(err)
		}
		// send reports n errors, and returns how many have arrived.
		send := func(n int, limit http.Header) int {
			mu.Lock()
			errors, limits = 0, limit
			mu.Unlock()
			for i := range n {
				client.CaptureMessage(fmt.Sprint(i), nil, nil)
				if !client.Flush(20 * time.Second) {
					panic("not sent")
				}
			}
			mu.Lock()
			defer mu.Unlock()
			return errors
		}
		line := "Go"
		if before {
			line += fmt.Sprintf(", errors limited for 1 s: %d of 1", send(1, http.Header{"X-Sentry-Rate-Limits": {"1:error:organization"}}))
			time.Sleep(1500 * time.Millisecond)
			line += fmt.Sprintf(", then %d of 10", send(10, nil))
		}
		line += fmt.Sprintf(", all limited for 1 h: %d of 10", send(10, http.Header{"Retry-After": {"3600"}}))
		line += fmt.Sprintf(", errors for 1 h: %d of 10", send(10, http.Header{"X-Sentry-Rate-Limits": {"3600:error:organization"}}))
		fmt.Println(line)
		server.Close()
	}
}
GO
cat > run.mjs <<'JS'
import http from 'node:http'
import * as Sentry from '@sentry/node'

let errors = 0
let limits
const server = http.createServer(async (req, res) => {
  let body = ''
  for await (const chunk of req) {
    body += chunk
  }
  if (!body.includes('"type":"event"')) {
    res.end('{}')
    return
  }
  errors++
  res.writeHead(limits ? 429 : 200, limits).end('{}')
  limits = undefined
}).listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))
Sentry.init({ dsn: `http://key@127.0.0.1:${server.address().port}/1` })

// send reports count errors, and returns how many have arrived.
const send = async (count, limit) => {
  errors = 0
  limits = limit
  for (let n = 0; n < count; n++) {
    Sentry.captureMessage(String(n))
    if (!await Sentry.flush(20000)) {
      throw new Error('not sent')
    }
  }
  return errors
}
let line = 'Node'
if (process.argv[2] === 'before') {
  line += `, errors limited for 1 s: ${await send(1, { 'x-sentry-rate-limits': '1:error:organization' })} of 1`
  await new Promise((over) => setTimeout(over, 1500))
  line += `, then ${await send(10)} of 10`
}
line += `, all limited for 1 h: ${await send(10, { 'retry-after': '3600' })} of 10`
line += `, errors for 1 h: ${await send(10, { 'x-sentry-rate-limits': '3600:error:organization' })} of 10`
console.log(line)
process.exit()
JS
timeout 180 go get github.com/getsentry/sentry-go@v0.50.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
timeout 300 npm install --loglevel=error --no-audit --no-fund @sentry/node@11.12.0 >/dev/null || exit 2
cat > seen <<'SEEN'
Go, all limited for 1 h: 1 of 10, errors for 1 h: 0 of 10
Go, errors limited for 1 s: 1 of 1, then 10 of 10, all limited for 1 h: 1 of 10, errors for 1 h: 0 of 10
Node, all limited for 1 h: 1 of 10, errors for 1 h: 0 of 10
Node, errors limited for 1 s: 1 of 1, then 10 of 10, all limited for 1 h: 10 of 10, errors for 1 h: 1 of 10
SEEN
{ timeout 60 ./finding; timeout 60 node run.mjs; timeout 60 node run.mjs before; } | tee out
diff seen out
