#!/usr/bin/env bash
# octokit 5.0.5 (@octokit/plugin-retry 8.1.1, @octokit/plugin-throttling 11.0.5), with the defaults.
# The server says with each response that a secondary rate limit is reached, and Retry-After: 10.
#
# Behavior: if the status is 403, the client waits for 10 s and sends again, once. If it is 429, it
# sends again after 1, 4 and 9 s, whatever Retry-After says, then waits for 10 s and does all that
# once more. Six of the eight requests are early. Two plugins retry, one inside the other: the inner
# one knows nothing of limits, and leaves a 403 to the outer one, but not a 429.
#
# The guess it contradicts: that a client of GitHub, whose documentation says "403 or 429", does the
# same in both cases, and that of the two it is the 429 whose Retry-After is obeyed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund octokit@5.0.5 @octokit/plugin-retry@8.1.1 @octokit/plugin-throttling@11.0.5 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import { Octokit } from 'octokit'

let status
let came
const server = createServer((req, res) => {
  came.push(Date.now())
  res.writeHead(status, { 'content-type': 'application/json', 'retry-after': '10' })
  res.end('{"message":"You have exceeded a secondary rate limit."}')
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const baseUrl = `http://127.0.0.1:${server.address().port}`
const nothing = () => {}
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
for (status of [403, 429]) {
  came = []
  const outcome = await new Octokit({ baseUrl, log }).request('GET /').then((r) => r.status, (e) => e.status)
  const waits = came.slice(1).map((at, i) => Math.floor((at - came[i]) / 1000 + 0.05)).map((s) => (s < 10 ? s : '10 or more'))
  console.log(`${status}: ${came.length} requests, after ${waits.join(', ')} s; the outcome is ${outcome}`)
}
process.exit()
JS
cat > seen <<'SEEN'
403: 2 requests, after 10 or more s; the outcome is 403
429: 8 requests, after 1, 4, 9, 10 or more, 1, 4, 9 s; the outcome is 429
SEEN
timeout 100 node run.mjs | tee out
diff seen out
