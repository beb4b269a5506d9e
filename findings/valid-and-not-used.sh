#!/usr/bin/env bash
# google-auth-library 11.3.4 for Node: an OAuth2Client with the defaults.
#
# Behavior: a token with less than five minutes left is no longer used. If the token endpoint
# responds 503 then, a call sends four requests for a token and ends with that 503. It sends none to
# the API, which would accept the token that is there. So the calls of the last five minutes of a
# token depend on the token endpoint, and an outage of a minute fails them. A token that is issued
# for five minutes or less is used for one call.
#
# The guess it contradicts: that a client that renews a token early goes on with the valid one while
# it cannot get the next, and that a token is used for as long as it lasts.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund google-auth-library@11.3.4 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { OAuth2Client } from 'google-auth-library'

let down = false
let lasts = 3600
let tokens = 0
let calls = 0
const server = http.createServer((req, res) => {
  if (req.url === '/token') {
    tokens++
    res.writeHead(down ? 503 : 200, { 'content-type': 'application/json' })
    res.end(down ? '{}' : JSON.stringify({ access_token: 'new', token_type: 'Bearer', expires_in: lasts }))
    return
  }
  calls++
  res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}).listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))
const url = `http://127.0.0.1:${server.address().port}`

const client = new OAuth2Client({ clientId: 'id', clientSecret: 'secret', endpoints: { oauth2TokenUrl: `${url}/token` } })
const call = async (what) => {
  tokens = 0
  calls = 0
  let outcome
  try {
    outcome = (await client.request({ url: `${url}/api` })).status
  } catch (e) {
    outcome = `an error, status ${e.status}`
  }
  console.log(`${what}: ${outcome}; ${tokens} requests for a token, ${calls} to the API`)
}
for (const unavailable of [false, true]) {
  for (const minutes of [6, 4]) {
    down = unavailable
    client.setCredentials({ access_token: 'old', refresh_token: 'refresh', expiry_date: Date.now() + minutes * 60e3 })
    await call(`token endpoint ${down ? 'down' : 'up'}, a token with ${minutes} minutes left`)
  }
}
await call('the next call')
down = false
lasts = 300
for (let n = 1; n <= 3; n++) {
  await call(`tokens of five minutes, call ${n}`)
}
process.exit()
JS
cat > seen <<'SEEN'
token endpoint up, a token with 6 minutes left: 200; 0 requests for a token, 1 to the API
token endpoint up, a token with 4 minutes left: 200; 1 requests for a token, 1 to the API
token endpoint down, a token with 6 minutes left: 200; 0 requests for a token, 1 to the API
token endpoint down, a token with 4 minutes left: an error, status 503; 4 requests for a token, 0 to the API
the next call: an error, status 503; 4 requests for a token, 0 to the API
tokens of five minutes, call 1: 200; 1 requests for a token, 1 to the API
tokens of five minutes, call 2: 200; 1 requests for a token, 1 to the API
tokens of five minutes, call 3: 200; 1 requests for a token, 1 to the API
SEEN
timeout 60 node run.mjs | tee out
diff seen out
