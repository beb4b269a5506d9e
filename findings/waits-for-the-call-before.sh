#!/usr/bin/env bash
# octokit 5.0.5 (@octokit/plugin-retry 8.1.1), with the defaults, but with retry.retryAfterBaseValue:
# 200, so that what is a second by default takes 0.2 s.
#
# Behavior: the wait before the first retry of a call depends on the call before that had retries,
# of whatever endpoint. The wait is the square of a count that all calls of an Octokit share, and
# that no success takes back. It is 1 s in the first such call, and 4 s in the next one if that call
# had one retry. After a call that failed for good it is 25 s, while the longest wait of that call
# itself was 9 s.
#
# The guess it contradicts: that the waits of a call are 1, 4 and 9 s, as they are for the first one,
# so that a single 502 costs a second; and that a process that has seen an outage is as fast as one
# that was started after it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund octokit@5.0.5 @octokit/plugin-retry@8.1.1 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import { Octokit } from 'octokit'

const second = 200
let failures
let came
const server = createServer((req, res) => {
  came.push(Date.now())
  res.writeHead(failures-- > 0 ? 502 : 200, { 'content-type': 'application/json' })
  res.end('{}')
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const baseUrl = `http://127.0.0.1:${server.address().port}`
const nothing = () => {}
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const octokit = new Octokit({ baseUrl, log, retry: { retryAfterBaseValue: second } })
for (const [call, n] of [['GET /a', 1], ['GET /b', 1], ['GET /c', 4], ['GET /d', 0], ['GET /e', 1], ['GET /f', 1]]) {
  failures = n
  came = []
  const status = await octokit.request(call).then((r) => r.status, (e) => e.status)
  // Each wait is the square of a whole number of seconds, or a little longer.
  const waits = came.slice(1).map((at, i) => Math.floor(Math.sqrt((at - came[i]) / second + 0.1)) ** 2)
  console.log(`${call}, ${n} times 502: ${came.length} requests, the last one ${status}, after ${waits.join(', ') || 'no'} s`)
}
process.exit()
JS
cat > seen <<'SEEN'
GET /a, 1 times 502: 2 requests, the last one 200, after 1 s
GET /b, 1 times 502: 2 requests, the last one 200, after 4 s
GET /c, 4 times 502: 4 requests, the last one 502, after 4, 4, 9 s
GET /d, 0 times 502: 1 requests, the last one 200, after no s
GET /e, 1 times 502: 2 requests, the last one 200, after 25 s
GET /f, 1 times 502: 2 requests, the last one 200, after 4 s
SEEN
timeout 60 node run.mjs | tee out
diff seen out
