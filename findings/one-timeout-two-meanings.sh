#!/usr/bin/env bash
# axios 1.21.1 with timeout: 2000, and with the adapters http (the default in Node) and fetch.
#
# Behavior: under a timeout of 2 s, the adapter http reads all of a response that comes in small
# pieces for 4 s. Its timeout limits silence, and starts anew with each piece. The adapter fetch
# ends the response after 2 s, because its timeout limits the whole.
#
# The guess it contradicts: that "timeout: the number of milliseconds before the request times out"
# bounds a request, and that it means the same with every adapter.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund axios@1.21.1 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import axios from 'axios'

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const server = http.createServer(async (req, res) => {
  for (let n = 0; n < 40; n++) {
    res.write('x')
    await sleep(100)
  }
  res.end()
}).listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))
for (const adapter of ['http', 'fetch']) {
  const begin = performance.now()
  let outcome
  try {
    const r = await axios.get(`http://127.0.0.1:${server.address().port}/`, { adapter, timeout: 2000 })
    outcome = `${r.status} and ${r.data.length} bytes`
  } catch (err) {
    outcome = err.message
  }
  console.log(`${adapter}: ${outcome}, after more than 3.5 s: ${performance.now() - begin > 3500}`)
}
process.exit()
JS
cat > seen <<'SEEN'
http: 200 and 40 bytes, after more than 3.5 s: true
fetch: timeout of 2000ms exceeded, after more than 3.5 s: false
SEEN
timeout 60 node run.mjs | tee out
diff seen out
