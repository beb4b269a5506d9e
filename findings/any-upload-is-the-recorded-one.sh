#!/usr/bin/env bash
# undici 7.30.2: its SnapshotAgent, which records and replays, with the defaults. (Node warns that it
# is experimental.)
#
# Behavior: whether the body of a POST is compared depends on how it was given to fetch or request.
# A string and a Buffer are. Every Blob and every stream is the same as any other: of two recorded
# uploads, whichever comes first in replay gets the response of the first one, and a body that was
# never sent gets one too. A FormData is not even the same as itself, because it has another
# boundary each time, so what was recorded is never replayed.
#
# The guess it contradicts: that under matchBody, which is on by default, a POST gets the response
# that was recorded for its body, or an error, so that a test that passes has sent what it sent when
# it was recorded.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund undici@7.30.2 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { fetch, FormData, request, SnapshotAgent } from 'undici'

// The server responds with the word that it finds in a body.
const server = createServer(async (req, res) => {
  const chunks = await req.toArray()
  res.end(/one|two|six/.exec(Buffer.concat(chunks).toString())[0])
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`

const form = (word) => {
  const data = new FormData()
  data.set('word', word)
  return data
}
const fetched = (body) => async (dispatcher, word) =>
  (await fetch(url, { method: 'POST', duplex: 'half', body: body(word), dispatcher })).text()
const requested = (body) => async (dispatcher, word) =>
  (await request(url, { method: 'POST', body: body(word), dispatcher })).body.text()
const ways = {
  'fetch, a string': fetched((word) => word),
  'fetch, a Blob': fetched((word) => new Blob([word])),
  'fetch, a stream': fetched((word) => new Blob([word]).stream()),
  'fetch, a FormData': fetched(form),
  'request, a Buffer': requested((word) => Buffer.from(word)),
  'request, a stream': requested((word) => Readable.from([word])),
}
let n = 0
for (const [way, send] of Object.entries(ways)) {
  const snapshotPath = `./${n++}.json`
  const record = new SnapshotAgent({ mode: 'record', snapshotPath })
  const recorded = [await send(record, 'one'), await send(record, 'two')]
  await record.saveSnapshots()
  const replay = new SnapshotAgent({ mode: 'playback', snapshotPath })
  const replayed = []
  for (const word of ['two', 'one', 'six']) {
    replayed.push(`${word}: ${await send(replay, word).catch(() => 'an error')}`)
  }
  console.log(`${way}: recorded ${recorded.join(' and ')}; replayed ${replayed.join(', ')}`)
}
process.exit()
JS
cat > seen <<'SEEN'
fetch, a string: recorded one and two; replayed two: two, one: one, six: an error
fetch, a Blob: recorded one and two; replayed two: one, one: two, six: two
fetch, a stream: recorded one and two; replayed two: one, one: two, six: two
fetch, a FormData: recorded one and two; replayed two: an error, one: an error, six: an error
request, a Buffer: recorded one and two; replayed two: two, one: one, six: an error
request, a stream: recorded one and two; replayed two: one, one: two, six: two
SEEN
timeout 60 node --no-warnings run.mjs | tee out
diff seen out
