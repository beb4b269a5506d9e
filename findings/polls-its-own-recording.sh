#!/usr/bin/env bash
# Three recorders that replay what they have and record what is new, with nothing recorded yet:
# go-vcr v4.0.8 with ModeReplayWithNewEpisodes, talkback 4.2.0 for Node with its default, which is
# RecordMode.NEW, and the SnapshotAgent of undici 7.30.2 with mode: 'update'. (Node warns that the
# last one is experimental.)
#
# Behavior: what has been recorded is replayed from then on, also in the same run. With talkback and
# undici, a client that asks for a job until it is done gets the "pending" of its first request
# forever, and the server is asked once. Of five equal orders one arrives. A retry gets the 503 that
# made it necessary. go-vcr replays each response once, so that every second request is not sent:
# three of five orders arrive, and the recording has three, though the client has seen five.
#
# The guess it contradicts: that a client meets the server while it is recorded, and the recording
# only in the next run; and that a recording is what the client has seen.
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

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

func main() {
	for _, c := range []struct {
		name, method string
		respond      func(requests int) (status int, body string)
		until        string
	}{
		{"a job", http.MethodGet, func(n int) (int, string) {
			if n < 3 {
				return 200, "pending"
			}
			return 200, "done"
		}, "done"},
		{"an order", http.MethodPost, func(n int) (int, string) { return 200, fmt.Sprint(n) }, ""},
		{"a 503", http.MethodGet, func(n int) (int, string) {
			if n == 1 {
				return 503, "503"
			}
			return 200, "200"
		}, "200"},
	} {
		requests := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests++
			status, body := c.respond(requests)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}))
		r, err := recorder.New(strings.ReplaceAll(c.name, " ", "-"), recorder.WithMode(recorder.ModeReplayWithNewEpisodes))
		check(err)
		var got []string
		for range 5 {
			req, err := http.NewRequest(c.method, server.URL, nil)
			check(err)
			resp, err := r.GetDefaultClient().Do(req)
			check(err)
			body, err := io.ReadAll(resp.Body)
			check(err)
			resp.Body.Close()
			got = append(got, string(body))
			if string(body) == c.until {
				break
			}
		}
		fmt.Printf("go-vcr, %s: %s; %d of %d requests arrived\n", c.name, strings.Join(got, " "), requests, len(got))
		check(r.Stop())
		server.Close()
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
cat > run.mjs <<'JS'
import http from 'node:http'
import net from 'node:net'
import talkback from 'talkback'
import { fetch, SnapshotAgent } from 'undici'

const recorders = {
  talkback: async (host, dir) => {
    // It wants the number of a port, so this takes one that is free.
    const port = await new Promise((free) => {
      const s = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = s.address()
        s.close(() => free(port))
      })
    })
    const server = talkback({ host, port, path: dir, silent: true, summary: false })
    await new Promise((started) => server.start(started))
    return { url: `http://localhost:${port}/`, close: () => server.close() }
  },
  undici: async (host, dir) => {
    const dispatcher = new SnapshotAgent({ mode: 'update', snapshotPath: `${dir}.json` })
    return { url: `${host}/`, dispatcher, close: () => dispatcher.close() }
  }
}
const cases = [
  ['a job', 'GET', (n) => [200, n < 3 ? 'pending' : 'done'], 'done'],
  ['an order', 'POST', (n) => [200, String(n)], ''],
  ['a 503', 'GET', (n) => (n === 1 ? [503, '503'] : [200, '200']), '200']
]
for (const [recorder, start] of Object.entries(recorders)) {
  for (const [name, method, respond, until] of cases) {
    let requests = 0
    const server = http.createServer((_, res) => {
      const [status, body] = respond(++requests)
      res.writeHead(status, { 'Content-Type': 'text/plain' }).end(body)
    })
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    const { url, dispatcher, close } = await start(`http://127.0.0.1:${server.address().port}`, `${recorder}-${name}`)
    const got = []
    while (got.length < 5 && got.at(-1) !== until) {
      const response = await fetch(url, { method, dispatcher })
      got.push(await response.text())
    }
    console.log(`${recorder}, ${name}: ${got.join(' ')}; ${requests} of ${got.length} requests arrived`)
    await close()
    server.closeAllConnections()
  }
}
process.exit()
JS
timeout 180 go get gopkg.in/dnaeon/go-vcr.v4@v4.0.8 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
timeout 180 npm install --loglevel=error --no-audit --no-fund talkback@4.2.0 undici@7.30.2 >/dev/null || exit 2
cat > seen <<'SEEN'
go-vcr, a job: pending pending pending pending done; 3 of 5 requests arrived
go-vcr, an order: 1 1 2 2 3; 3 of 5 requests arrived
go-vcr, a 503: 503 503 200; 2 of 3 requests arrived
talkback, a job: pending pending pending pending pending; 1 of 5 requests arrived
talkback, an order: 1 1 1 1 1; 1 of 5 requests arrived
talkback, a 503: 503 503 503 503 503; 1 of 5 requests arrived
undici, a job: pending pending pending pending pending; 1 of 5 requests arrived
undici, an order: 1 1 1 1 1; 1 of 5 requests arrived
undici, a 503: 503 503 503 503 503; 1 of 5 requests arrived
SEEN
{ timeout 60 ./finding; timeout 60 node --no-warnings run.mjs; } | tee out
diff seen out
