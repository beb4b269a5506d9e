#!/usr/bin/env bash
# axios-cache-interceptor 1.12.3 (axios 1.21.1) with the defaults.
#
# Behavior: the response with a price has an ETag and is fresh for a minute. When the server later
# responds that the price is gone (410), is not there (404) or is asked for too often (429), the
# caller gets a 200 with the old price, even after a month. So does a caller whose own
# AbortController ended the request. A stale response stands in for every error of axios, as long as
# the process lives, because the cleanup of the cache never removes it for its age. Only
# must-revalidate prevents this.
#
# The guess it contradicts: that a cache with stale-if-error falls back to a stale response only if
# the server cannot respond (RFC 5861: 500, 502, 503, 504), so that its caller learns that something
# is gone; and that an aborted call ends with an error.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund axios@1.21.1 axios-cache-interceptor@1.12.3 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import axios from 'axios'
import { setupCache } from 'axios-cache-interceptor'

// The cache has this clock.
let later = 0
const now = Date.now
Date.now = () => now() + later

const show = async (cacheControl, outcomes) => {
  let status = 200
  let abort
  const server = http.createServer((_, res) => {
    if (status === 'abort') {
      abort.abort()
      return
    }
    const headers = status === 200 ? { etag: '"1"', 'cache-control': cacheControl } : { 'cache-control': 'no-store' }
    res.writeHead(status, { 'content-type': 'application/json', ...headers })
    res.end(status === 200 ? '{"eur":100}' : '{}')
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.on('listening', listening))
  const client = setupCache(axios.create())
  const get = async (what, outcome) => {
    status = outcome
    abort = new AbortController()
    try {
      const r = await client.get(`http://127.0.0.1:${server.address().port}/price`, { signal: abort.signal })
      console.log(`${cacheControl}, ${what}: ${r.status} ${JSON.stringify(r.data)}, stale: ${r.stale ?? false}`)
    } catch (e) {
      console.log(`${cacheControl}, ${what}: ${e.message}`)
    }
  }
  await get('200', 200)
  for (const [what, outcome, days] of outcomes) {
    for (let hour = 0; hour < days * 24; hour++) {
      later += 3600e3
      client.storage.cleanup() // which a timer of the cache calls every five minutes
    }
    await get(what, outcome)
  }
  server.closeAllConnections()
  server.close()
}
const gone = ['410 a day later', 410, 1]
await show('max-age=60', [gone, ['410 a month later', 410, 30], ['404', 404, 0], ['429', 429, 0], ['aborted', 'abort', 0]])
await show('max-age=60, must-revalidate', [gone])
process.exit()
JS
cat > seen <<'SEEN'
max-age=60, 200: 200 {"eur":100}, stale: false
max-age=60, 410 a day later: 200 {"eur":100}, stale: true
max-age=60, 410 a month later: 200 {"eur":100}, stale: true
max-age=60, 404: 200 {"eur":100}, stale: true
max-age=60, 429: 200 {"eur":100}, stale: true
max-age=60, aborted: 200 {"eur":100}, stale: true
max-age=60, must-revalidate, 200: 200 {"eur":100}, stale: false
max-age=60, must-revalidate, 410 a day later: Request failed with status code 410
SEEN
timeout 60 node run.mjs | tee out
diff seen out
