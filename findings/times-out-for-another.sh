#!/usr/bin/env bash
# axios-cache-interceptor 1.12.3 (axios 1.21.1) with the defaults: concurrent calls for one URL.
#
# Behavior: three callers ask for the same document, which takes 2 s. The first has a timeout of
# 0.5 s, the second one of a minute, the third none. All three fail after 0.5 s with "timeout of
# 500ms exceeded". The cache sends one request for them, with the settings of the first caller, and
# its error is the outcome of all. Other limits of the first caller have the same effect, such as
# maxContentLength. If the first caller cancels its call instead, the others get the document.
#
# The guess it contradicts: that a call only fails by a limit that it has, and that a cache that
# shares the response to one caller does not share the limits of that caller.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund axios@1.21.1 axios-cache-interceptor@1.12.3 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import axios from 'axios'
import { setupCache } from 'axios-cache-interceptor'

let requests = 0
let cancel = () => {}
const server = http.createServer((_, res) => {
  requests++
  cancel()
  setTimeout(() => {
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=60' })
    res.end('{"eur":100}')
  }, 2000)
}).listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))

const settings = {
  'no limit': () => ({}),
  'a timeout of 0.5 s': () => ({ timeout: 500 }),
  'at most five bytes': () => ({ maxContentLength: 5 }),
  'no limit and cancels': () => {
    const canceled = new AbortController()
    cancel = () => canceled.abort()
    return { signal: canceled.signal }
  },
}
for (const [what, first] of Object.entries(settings)) {
  requests = 0
  const client = setupCache(axios.create())
  const get = (config) => client.get(`http://127.0.0.1:${server.address().port}/`, config)
    .then(({ status, data }) => `${status} ${JSON.stringify(data)}`, (e) => e.message)
  const outcomes = await Promise.all([get(first()), get({ timeout: 60e3 }), get({})])
  console.log(`the first caller has ${what}: ${outcomes.join('; ')}. ${requests} requests`)
}
process.exit()
JS
cat > seen <<'SEEN'
the first caller has no limit: 200 {"eur":100}; 200 {"eur":100}; 200 {"eur":100}. 1 requests
the first caller has a timeout of 0.5 s: timeout of 500ms exceeded; timeout of 500ms exceeded; timeout of 500ms exceeded. 1 requests
the first caller has at most five bytes: maxContentLength size of 5 exceeded; maxContentLength size of 5 exceeded; maxContentLength size of 5 exceeded. 1 requests
the first caller has no limit and cancels: canceled; 200 {"eur":100}; 200 {"eur":100}. 2 requests
SEEN
timeout 60 node run.mjs | tee out
diff seen out
