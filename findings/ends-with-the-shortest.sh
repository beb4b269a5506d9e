#!/usr/bin/env bash
# @slack/web-api 8.2.0 for Node: a WebClient with the defaults.
#
# Behavior: a 429 pauses the client, all of it, for as long as its Retry-After says: a call of another
# method, which has a limit of its own, is not sent for the 8 s of the first. But each 429 also ends
# the pause of all when its own time is over. If another method gets a 429 with 2 s at the same time,
# everything is sent again after 2 s, also the method that was asked for 8 s, six seconds too early.
#
# The guess it contradicts: that of two pauses the longer one counts, or each for its own method, so
# that one more 429 makes a client send later or as it would have, and never earlier.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund @slack/web-api@8.2.0 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogLevel, WebClient } from '@slack/web-api'

// show has a client post, and then call both methods half a second later. limits has the Retry-After
// of the first request of a method.
const show = async (name, limits) => {
  const came = {}
  const server = http.createServer((req, res) => {
    const method = req.url.slice(1)
    req.resume()
    came[method] ??= []
    came[method].push(Date.now())
    if (limits[method] && came[method].length === 1) {
      return res.writeHead(429, { 'Retry-After': limits[method] }).end()
    }
    res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"ok":true}')
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const slackApiUrl = `http://127.0.0.1:${server.address().port}/`
  const client = new WebClient('token', { slackApiUrl, logLevel: LogLevel.ERROR })
  const calls = [client.apiCall('chat.postMessage')]
  if (limits['users.info']) calls.push(client.apiCall('users.info'))
  while (Object.keys(came).length < calls.length) await sleep(10)
  await sleep(500)
  calls.push(client.apiCall('chat.postMessage'), client.apiCall('users.info'))
  await Promise.all(calls)
  server.closeAllConnections()
  server.close()
  const begin = came['chat.postMessage'][0]
  const next = (method) => {
    const after = came[method][method === 'chat.postMessage' || limits[method] ? 1 : 0] - begin
    return after >= 7900 ? 'after 8 s' : after < 1900 ? 'at once' : after < 7000 ? 'after 2 s' : `after ${after} ms`
  }
  console.log(`${name}: the next chat.postMessage is sent ${next('chat.postMessage')}, the next users.info ${next('users.info')}`)
}
await show('no limit', {})
await show('chat.postMessage for 8 s', { 'chat.postMessage': 8 })
await show('chat.postMessage for 8 s, users.info for 2 s', { 'chat.postMessage': 8, 'users.info': 2 })
JS
cat > seen <<'SEEN'
no limit: the next chat.postMessage is sent at once, the next users.info at once
chat.postMessage for 8 s: the next chat.postMessage is sent after 8 s, the next users.info after 8 s
chat.postMessage for 8 s, users.info for 2 s: the next chat.postMessage is sent after 2 s, the next users.info after 2 s
SEEN
timeout 90 node run.mjs | tee out
diff seen out
