#!/usr/bin/env bash
# ofetch 1.5.1 with timeout: 1000 and otherwise the defaults, which are one retry of a GET.
#
# Behavior: the retry takes over the signal that the timeout of the first attempt has made. If the
# first attempt met a 503 in time, that signal never fires, so the retry has no timeout, and waits
# for the server for as long as that takes, here 6 s. If the first attempt timed out, the signal has
# fired, so the retry fails without being sent: what timed out is never tried again, though the
# server is well. In any attempt the timeout ends with the headers, and a body may take as long as
# it likes.
#
# The guess it contradicts: that each attempt has the timeout, or all of them together, so that a
# call with a timeout of 1 s and one retry is over after 2 s; and that a timeout is retried if a 503
# is.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund ofetch@1.5.1 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { ofetch } from 'ofetch'

const busy = (res) => res.writeHead(503).end()
const fast = (res) => res.end('{"done":true}')
const slow = (res) => setTimeout(fast, 6000, res)
const slowBody = (res) => {
  res.write('{"done":')
  setTimeout(() => res.end('true}'), 6000)
}
const show = async (first, second, ...attempts) => {
  let requests = 0
  const server = http.createServer((_, res) => {
    res.setHeader('Content-Type', 'application/json')
    attempts[Math.min(requests++, attempts.length - 1)](res)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const begin = Date.now()
  const outcome = await ofetch(`http://127.0.0.1:${server.address().port}/`, { timeout: 1000 }).then(
    (body) => (body.done ? 'done' : 'no result'),
    (e) => (e.cause?.name === 'TimeoutError' ? 'TimeoutError' : e.message)
  )
  const took = Date.now() - begin
  const seconds = took > 5900 ? 6 : took > 950 && took < 4000 ? 1 : took < 950 ? 0 : took / 1000
  console.log(`first ${first}, then ${second}: ${outcome} after ${seconds} s, ${requests} requests`)
  server.closeAllConnections()
  server.close()
}
await show('503', 'fast', busy, fast)
await show('503', 'slow', busy, slow)
await show('slow', 'fast', slow, fast)
await show('a slow body', 'fast', slowBody, fast)
JS
cat > seen <<'SEEN'
first 503, then fast: done after 0 s, 2 requests
first 503, then slow: done after 6 s, 2 requests
first slow, then fast: TimeoutError after 1 s, 1 requests
first a slow body, then fast: done after 6 s, 1 requests
SEEN
timeout 60 node run.mjs | tee out
diff seen out
