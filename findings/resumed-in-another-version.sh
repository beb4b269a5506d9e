#!/usr/bin/env bash
# undici 7.30.2: its RetryAgent with the defaults.
#
# Behavior: a download that breaks off is resumed with Range, and the rest is appended to what was
# there, even if the resource has changed and the server says so: by another Last-Modified, by
# another weak ETag, like those of the static files of express, or by both. The caller gets a 200
# with half of each version, of the right length and without an error. Only a strong ETag keeps them
# apart, by If-Match.
#
# The guess it contradicts: that a client that resumes a response sends If-Range with what it has,
# or compares the validators of the two responses (RFC 9110, section 15.3.7.3), so that a body
# without an error is that of one version.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund undici@7.30.2 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import { Agent, RetryAgent, request } from 'undici'

const old = '{"eur":100,"usd":110}'
const now = '{"eur":200,"usd":220}'
const show = async (what, first, second) => {
  let asked = ''
  const server = http.createServer((req, res) => {
    const range = /^bytes=(\d+)-/.exec(req.headers.range ?? '')
    if (!range) {
      res.writeHead(200, { 'content-length': old.length, 'accept-ranges': 'bytes', ...first })
      res.write(old.slice(0, 11), () => setTimeout(() => res.destroy(), 300))
      return
    }
    const { range: r, 'if-range': ifRange, 'if-match': ifMatch } = req.headers
    asked = `asks for ${r}, If-Range ${ifRange ?? 'none'}, If-Match ${ifMatch ?? 'none'}`
    if (ifMatch && ifMatch !== second.etag) {
      res.writeHead(412).end()
      return
    }
    const from = Number(range[1])
    res.writeHead(206, { 'content-range': `bytes ${from}-${now.length - 1}/${now.length}`, 'content-length': now.length - from, ...second })
    res.end(now.slice(from))
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.on('listening', listening))
  let outcome
  try {
    const r = await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher: new RetryAgent(new Agent()) })
    outcome = `${r.statusCode} ${await r.body.text()}`
  } catch {
    outcome = 'an error'
  }
  console.log(`${what}: ${asked}; gets ${outcome}`)
}
const march = { 'last-modified': 'Sun, 01 Mar 2026 00:00:00 GMT' }
const april = { 'last-modified': 'Wed, 01 Apr 2026 00:00:00 GMT' }
await show('another Last-Modified', march, april)
await show('another weak ETag', { etag: 'W/"1"' }, { etag: 'W/"2"' })
await show('both', { etag: 'W/"1"', ...march }, { etag: 'W/"2"', ...april })
await show('another strong ETag', { etag: '"1"' }, { etag: '"2"' })
process.exit()
JS
cat > seen <<'SEEN'
another Last-Modified: asks for bytes=11-20, If-Range none, If-Match none; gets 200 {"eur":100,"usd":220}
another weak ETag: asks for bytes=11-20, If-Range none, If-Match none; gets 200 {"eur":100,"usd":220}
both: asks for bytes=11-20, If-Range none, If-Match none; gets 200 {"eur":100,"usd":220}
another strong ETag: asks for bytes=11-20, If-Range none, If-Match "1"; gets an error
SEEN
timeout 60 node run.mjs | tee out
diff seen out
