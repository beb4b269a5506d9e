#!/usr/bin/env bash
# undici 7.30.2: its interceptor cache with the defaults.
#
# Behavior: a response has an ETag and is fresh for two seconds. Later the server confirms it with a
# 304 that has the same Cache-Control. The caller gets the stored response, and the cache throws it
# away: the next request is for the whole response. A client that asks every three seconds downloads
# it every other time, and one that asks every five seconds always, because it is thrown away after
# four. If the 304 has no Cache-Control, the response stays, but stale: three calls right after a
# 304 send three more requests.
#
# The guess it contradicts: that a 304 makes a stored response fresh again (RFC 9111, section 4.3.4),
# so that what does not change is downloaded once, and not asked for while it is fresh.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund undici@7.30.2 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import { Agent, interceptors, request } from 'undici'

const fresh = { 'cache-control': 'max-age=2' }
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const run = async (confirming, every, times) => {
  const sent = []
  const server = createServer((req, res) => {
    const status = req.headers['if-none-match'] === '"1"' ? 304 : 200
    sent.push(status)
    res.writeHead(status, { etag: '"1"', ...(status === 304 ? confirming : fresh) })
    res.end(status === 304 ? undefined : 'the same')
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const dispatcher = new Agent().compose(interceptors.cache())
  const call = async () => (await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher })).body.text()
  await call()
  for (let i = 0; i < times; i++) {
    await sleep(every * 1000)
    await call()
  }
  const before = sent.length
  for (let i = 0; i < 3; i++) await call()
  return `one call every ${every} s: ${sent.slice(0, before).join(', ')}; three more right after it: ${sent.slice(before).join(', ') || 'nothing'}`
}
const runs = [
  ['a 304 with Cache-Control', run(fresh, 3, 4)],
  ['a 304 with Cache-Control', run(fresh, 5, 4)],
  ['a 304 without Cache-Control', run({}, 3, 1)],
]
for (const [what, result] of runs) console.log(`${what}, ${await result}`)
process.exit()
JS
cat > seen <<'SEEN'
a 304 with Cache-Control, one call every 3 s: 200, 304, 200, 304, 200; three more right after it: nothing
a 304 with Cache-Control, one call every 5 s: 200, 200, 200, 200, 200; three more right after it: nothing
a 304 without Cache-Control, one call every 3 s: 200, 304; three more right after it: 304, 304, 304
SEEN
timeout 60 node --no-warnings run.mjs | tee out
diff seen out
