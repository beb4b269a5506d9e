#!/usr/bin/env bash
# @fastify/rate-limit 11.2.0 (fastify 5.12.8) with exponentialBackoff and the memory store, 1
# request in 1 s.
#
# Behavior: each request that arrives while the client is throttled doubles what the next 429 says
# in Retry-After and X-RateLimit-Reset: 1, 2, 4, 8, 16 s. That is not what happens. A second after
# the last of these requests the server accepts again, with the same window as at first.
#
# The guess it contradicts: that the Retry-After of a server that keeps the time itself is about
# right. Here it is 16 times too long after five early tries, and a client that retries without a
# wait brings it to hours.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund fastify@5.12.8 @fastify/rate-limit@11.2.0 >/dev/null || exit 2
cat > run.mjs <<'JS'
import Fastify from 'fastify'
import rateLimit from '@fastify/rate-limit'

const app = Fastify()
await app.register(rateLimit, { max: 1, timeWindow: 1000, exponentialBackoff: true })
app.get('/', async () => 'ok')
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const get = async (what) => {
  const r = await fetch(url)
  await r.text()
  const after = r.headers.get('retry-after')
  console.log(`${what}: ${r.status}${after ? ` Retry-After: ${after} X-RateLimit-Reset: ${r.headers.get('x-ratelimit-reset')}` : ''}`)
}
await get('first')
for (let n = 1; n <= 5; n++) await get(`early try ${n}`)
await new Promise((done) => setTimeout(done, 1300))
await get('1.3 s after the last')
await get('at once')
process.exit()
JS
cat > seen <<'SEEN'
first: 200
early try 1: 429 Retry-After: 1 X-RateLimit-Reset: 1
early try 2: 429 Retry-After: 2 X-RateLimit-Reset: 2
early try 3: 429 Retry-After: 4 X-RateLimit-Reset: 4
early try 4: 429 Retry-After: 8 X-RateLimit-Reset: 8
early try 5: 429 Retry-After: 16 X-RateLimit-Reset: 16
1.3 s after the last: 200
at once: 429 Retry-After: 1 X-RateLimit-Reset: 1
SEEN
timeout 60 node run.mjs | tee out
diff seen out
