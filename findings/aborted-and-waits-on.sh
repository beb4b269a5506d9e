#!/usr/bin/env bash
# undici 7.30.2: request and fetch, each over the same RetryAgent with the defaults.
#
# Behavior: a 429 asks for 6 s, and the caller has given a signal with a timeout of 1 s. fetch ends
# after that second. request goes on waiting and ends after 6 s, when it notices that it was aborted,
# and sends nothing. If no response has come yet, the same signal ends request at once. (The agent waits
# for up to 30 s by default.)
#
# The guess it contradicts: that an aborted call ends, and that one signal means the same in two
# functions of a package over the same agent.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund undici@7.30.2 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import { Agent, fetch, request, RetryAgent } from 'undici'

let throttles
let came
const server = createServer((req, res) => {
  came++
  if (throttles) res.writeHead(429, { 'retry-after': '6' }).end()
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`
for (throttles of [false, true]) {
  for (const [name, send] of Object.entries({ request, fetch })) {
    came = 0
    const begin = Date.now()
    const outcome = await send(url, { dispatcher: new RetryAgent(new Agent()), signal: AbortSignal.timeout(1000) }).then(
      (r) => r.status ?? r.statusCode,
      (e) => e.name,
    )
    const took = (Date.now() - begin) / 1000
    console.log(`${throttles ? 'Retry-After: 6' : 'no response'}, ${name}: ${outcome} ${took < 5 ? 'before 5 s' : 'after 5 s or more'}, requests: ${came}`)
  }
}
process.exit()
JS
cat > seen <<'SEEN'
no response, request: TimeoutError before 5 s, requests: 1
no response, fetch: TimeoutError before 5 s, requests: 1
Retry-After: 6, request: TimeoutError after 5 s or more, requests: 1
Retry-After: 6, fetch: TimeoutError before 5 s, requests: 1
SEEN
timeout 60 node --no-warnings run.mjs | tee out
diff seen out
