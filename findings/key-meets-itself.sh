#!/usr/bin/env bash
# express-idempotency 1.0.6 (express 5.3.0), set up as its README says, with memory storage.
#
# Behavior: a client whose POST took longer than its timeout sends it again with the same key.
# While the server still works on the first request, the client gets a 409 without Retry-After. The
# work is done once. After that the same key gets its response, a 200.
#
# The guess it contradicts: that a retry with an idempotency key gets either the response of the
# first attempt or nothing, so that a 409 for a request with a key is a conflict with somebody else,
# and final.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund express@5.3.0 express-idempotency@1.0.6 >/dev/null || exit 2
cat > run.mjs <<'JS'
import express from 'express'
import { idempotency, getSharedIdempotencyService } from 'express-idempotency'

const app = express()
let worked = 0
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
app.use(express.json())
app.use(idempotency())
app.post('/', async (req, res) => {
  if (getSharedIdempotencyService().isHit(req)) return
  worked++
  await sleep(3000)
  res.send('paid')
})
app.use((err, req, res, next) => res.status(err.status ?? res.statusCode).send(err.message.split(':')[0]))
const server = app.listen(0, '127.0.0.1')
await new Promise((listening) => server.on('listening', listening))
const post = async (what, timeout) => {
  try {
    const r = await fetch(`http://127.0.0.1:${server.address().port}/`, {
      method: 'POST', body: '{"pay":1}', signal: AbortSignal.timeout(timeout),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'the key' },
    })
    await r.text()
    console.log(`${what}: ${r.status} Retry-After: ${r.headers.get('retry-after') ?? 'none'}, worked ${worked} times`)
  } catch (err) {
    console.log(`${what}: ${err.name}`)
  }
}
await post('first, with a timeout', 1000)
await post('at once again', 20000)
await sleep(4000)
await post('when the first is done', 20000)
process.exit()
JS
cat > seen <<'SEEN'
first, with a timeout: TimeoutError
at once again: 409 Retry-After: none, worked 1 times
when the first is done: 200 Retry-After: none, worked 1 times
SEEN
timeout 60 node run.mjs | tee out
diff seen out
