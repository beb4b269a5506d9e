#!/usr/bin/env bash
# koa-ratelimit 6.0.0 (koa 3.3.0), memory driver, 1 request in 2500 ms.
#
# Behavior: the Retry-After of a 429 is truncated to whole seconds, not rounded up. A client that
# waits for exactly that long is throttled again. In the last second Retry-After is 0, and a request
# after 0 s is throttled too. X-RateLimit-Reset of the same response is right.
#
# The guess it contradicts: that a request sent after Retry-After is accepted (RFC 9110, section
# 10.2.3: "how long the user agent ought to wait before making a follow-up request").
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund koa@3.3.0 koa-ratelimit@6.0.0 >/dev/null || exit 2
cat > run.mjs <<'JS'
import Koa from 'koa'
import ratelimit from 'koa-ratelimit'

const app = new Koa()
app.use(ratelimit({ driver: 'memory', db: new Map(), duration: 2500, max: 1, id: (ctx) => ctx.ip }))
app.use((ctx) => { ctx.body = 'ok' })
const server = app.listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
let reset
const get = async (what) => {
  const r = await fetch(`http://127.0.0.1:${server.address().port}/`)
  reset = Number(r.headers.get('x-ratelimit-reset')) * 1000
  const after = r.headers.get('retry-after')
  console.log(`${what}: ${r.status}${after === null ? '' : ` Retry-After: ${after}`}`)
  return Number(after)
}
await get('first')
const after = await get('second')
await sleep(after * 1000)
await get('after Retry-After')
await get('after 0')
await sleep(reset - Date.now() + 20)
await get('after X-RateLimit-Reset')
process.exit()
JS
cat > seen <<'SEEN'
first: 200
second: 429 Retry-After: 2
after Retry-After: 429 Retry-After: 0
after 0: 429 Retry-After: 0
after X-RateLimit-Reset: 200
SEEN
timeout 60 node run.mjs | tee out
diff seen out
