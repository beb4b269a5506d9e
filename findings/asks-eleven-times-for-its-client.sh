#!/usr/bin/env bash
# @fastify/reply-from 12.6.5 (fastify 5.12.8), on which @fastify/http-proxy is built, with the
# defaults.
#
# Behavior: a proxy sends a GET that gets a 503 ten more times, with growing waits of a fraction of
# a second. If the server asks for a second with Retry-After, it gets all eleven at once, because
# the proxy takes the seconds for milliseconds. A Retry-After of five minutes makes three seconds
# for all of them, and a date makes no wait. The client sees a single 503. If the client gives up
# after a second, the proxy goes on without it. (The package documents that a GET is retried after a
# 503, and at most ten times.)
#
# The guess it contradicts: that a Retry-After makes requests later, never earlier; that a proxy
# passes a 503 on, so that a client with three attempts makes three requests and not 33; and that
# nobody asks for a client that has gone.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund fastify@5.12.8 @fastify/reply-from@12.6.5 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import replyFrom from '@fastify/reply-from'

let times = []
let after
const server = http.createServer((_, res) => {
  times.push(Date.now())
  res.writeHead(503, after ? { 'Retry-After': after } : {}).end('busy')
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const app = Fastify()
app.register(replyFrom, { base: `http://127.0.0.1:${server.address().port}` })
app.all('/', (_, reply) => {
  reply.from('/')
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })

const show = async (what, retryAfter, { method = 'GET', timeout = 30000, then = 0 } = {}) => {
  times = []
  after = retryAfter
  const outcome = await fetch(url, { method, signal: AbortSignal.timeout(timeout) }).then((r) => r.status, (e) => e.name)
  await sleep(then)
  const seconds = (times.at(-1) - times[0]) / 1000
  const within = !retryAfter || times.length === 1 ? '' : seconds < 1.5 ? ' at once' : seconds > 2.9 && seconds < 10 ? ' in 3 s' : ` in ${seconds} s`
  console.log(`${method}, ${what}: ${outcome}, ${times.length} requests${within}`)
}
await show('no Retry-After', undefined)
await show('Retry-After: 1', '1')
await show('Retry-After: 300', '300')
await show('Retry-After: a date in an hour', new Date(Date.now() + 3600e3).toUTCString())
await show('Retry-After: 300, the client leaves after 1 s', '300', { timeout: 1000, then: 5000 })
await show('Retry-After: 1', '1', { method: 'DELETE' })
process.exit()
JS
cat > seen <<'SEEN'
GET, no Retry-After: 503, 11 requests
GET, Retry-After: 1: 503, 11 requests at once
GET, Retry-After: 300: 503, 11 requests in 3 s
GET, Retry-After: a date in an hour: 503, 11 requests at once
GET, Retry-After: 300, the client leaves after 1 s: TimeoutError, 11 requests in 3 s
DELETE, Retry-After: 1: 503, 1 requests
SEEN
timeout 60 node run.mjs | tee out
diff seen out
