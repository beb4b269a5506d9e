#!/usr/bin/env bash
# github.com/r3labs/sse v2.10.0 under the clock of testing/synctest, and eventsource 4.1.1 for Node:
# subscriptions to a stream of events, with the defaults.
#
# Behavior: the client for Go resumes a stream that breaks off in the first 15 minutes of its
# subscription, and none that breaks off later. Its backoff gives up 15 minutes after the first
# request, also if events came all the time. So a stream that lived for 20 minutes is over when it
# breaks off, and streams that live for 10 minutes are over with the second. A stream that the
# server ends in good order is over at any time, without an error, and a 503 is tried again. The
# client for Node does the opposite: it resumes every stream, but a single 503 in between, as from a
# proxy during a restart, ends its subscription for good.
#
# The guess it contradicts: that a client of events connects again whenever a stream ends, so that a
# subscription outlives a restart; and that one that did so in a test does so in the next night.
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
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/r3labs/sse/v2"
)

// A connection is a 503, or a stream that ends in some way after some time.
type connection struct {
	unavailable bool
	lives       time.Duration
	end         error
}

// A server makes these connections. The last one stands for all that follow.
type server struct {
	connections []connection
	requests    int
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	c := s.connections[min(s.requests, len(s.connections)-1)]
	s.requests++
	resp := &http.Response{StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: req}
	if c.unavailable {
		return resp, nil
	}
	body, w := io.Pipe()
	go func() {
		io.WriteString(w, "data: event\n\n")
		select {
		case <-time.After(c.lives):
			w.CloseWithError(c.end)
		case <-req.Context().Done():
			w.CloseWithError(req.Context().Err())
		}
	}()
	resp.StatusCode, resp.Body = http.StatusOK, body
	resp.Header.Set("Content-Type", "text/event-stream")
	return resp, nil
}

func TestEnds(t *testing.T) {
	brokenOff := io.ErrUnexpectedEOF
	long := connection{lives: 1000 * time.Hour, end: io.EOF}
	for _, c := range []struct {
		name        string
		connections []connection
	}{
		{"broken off after 10 min", []connection{{lives: 10 * time.Minute, end: brokenOff}, long}},
		{"broken off after 10 min, then a 503", []connection{{lives: 10 * time.Minute, end: brokenOff}, {unavailable: true}, long}},
		{"broken off after 10 min, and again", []connection{{lives: 10 * time.Minute, end: brokenOff}, {lives: 10 * time.Minute, end: brokenOff}, long}},
		{"broken off after 20 min", []connection{{lives: 20 * time.Minute, end: brokenOff}, long}},
		{"ended after 1 min", []connection{{lives: time.Minute, end: io.EOF}, long}},
	} {
		synctest.Test(t, func(*testing.T) {
			s := &server{connections: c.connections}
			client := sse.NewClient("http://server.test")
			client.Connection.Transport = s
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			begin := time.Now()
			err := client.SubscribeRawWithContext(ctx, func(*sse.Event) {})
			outcome := "subscribed"
			if time.Since(begin) < time.Hour {
				outcome = fmt.Sprintf("over, with the error %v", err)
			}
			fmt.Printf("Go, %s: %d requests, %s\n", c.name, s.requests, outcome)
		})
	}
}
GO
cat > run.mjs <<'JS'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventSource } from 'eventsource'

const stream = (end) => (res) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('retry: 200\ndata: event\n\n')
  setTimeout(end, 500, res)
}
const brokenOff = stream((res) => res.destroy())
const ended = stream((res) => res.end())
const unavailable = (res) => res.writeHead(503).end()
const long = stream(() => {})

const show = async (name, ...connections) => {
  let requests = 0
  const server = http.createServer((_, res) => connections[Math.min(requests++, connections.length - 1)](res))
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`)
  await sleep(8000)
  return `Node, ${name}: ${requests} requests, ${source.readyState === source.CLOSED ? 'over' : 'subscribed'}`
}
const lines = await Promise.all([
  show('broken off', brokenOff, long),
  show('ended', ended, long),
  show('broken off, then closed without a response', brokenOff, (res) => res.destroy(), long),
  show('broken off, then a 503', brokenOff, unavailable, long)
])
console.log(lines.join('\n'))
process.exit()
JS
timeout 180 go get github.com/r3labs/sse/v2@v2.10.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go test -c -o finding . || exit 2
timeout 180 npm install --loglevel=error --no-audit --no-fund eventsource@4.1.1 >/dev/null || exit 2
cat > seen <<'SEEN'
Go, broken off after 10 min: 2 requests, subscribed
Go, broken off after 10 min, then a 503: 3 requests, subscribed
Go, broken off after 10 min, and again: 2 requests, over, with the error unexpected EOF
Go, broken off after 20 min: 1 requests, over, with the error unexpected EOF
Go, ended after 1 min: 1 requests, over, with the error <nil>
PASS
Node, broken off: 2 requests, subscribed
Node, ended: 2 requests, subscribed
Node, broken off, then closed without a response: 3 requests, subscribed
Node, broken off, then a 503: 2 requests, over
SEEN
{ timeout 60 ./finding; timeout 60 node run.mjs; } | tee out
diff seen out
