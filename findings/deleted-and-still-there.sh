#!/usr/bin/env bash
# got 14.6.6 (cacheable-request 13.0.19) with cache: new Map(). The caches of undici 7.30.2 and
# make-fetch-happen 15.0.6 are for comparison.
#
# Behavior: a document is fresh for a minute and is in the cache. The same client replaces it with a
# PUT, which succeeds, and then gets the old one, without asking the server. It deletes the document,
# and still gets it. What was written does not reach the cache, because a request that is not a GET
# or a HEAD passes it by. The other two send the GET, and have what is true.
#
# The guess it contradicts: that a cache for HTTP drops what its own client has just changed (RFC
# 9111, section 4.4, says that it must, and the README of got calls its cache RFC compliant), so
# that a caller reads what it wrote, and only changes by others can be missed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund got@14.6.6 cacheable-request@13.0.19 undici@7.30.2 \
	make-fetch-happen@15.0.6 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import got from 'got'
import { Agent, interceptors, request } from 'undici'
import fetch from 'make-fetch-happen'

const show = async (name, send) => {
  let document = 'old'
  let gets = 0
  const server = http.createServer((req, res) => {
    if (req.method === 'GET') {
      gets++
      if (!document) return res.writeHead(404).end()
      return res.writeHead(200, { 'Cache-Control': 'max-age=60' }).end(document)
    }
    document = req.method === 'PUT' ? 'new' : ''
    res.writeHead(204).end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${server.address().port}/document`
  const seen = []
  for (const method of ['GET', 'PUT', 'GET', 'DELETE', 'GET']) {
    const [status, body] = await send(method, url)
    seen.push(`${method} ${status} ${body}`.trim())
  }
  console.log(`${name}: ${seen.join(', ')}; ${gets} GETs were sent`)
  server.closeAllConnections()
  server.close()
}

const client = got.extend({ cache: new Map(), throwHttpErrors: false, retry: { limit: 0 } })
await show('got', async (method, url) => {
  const { statusCode, body } = await client(url, { method })
  return [statusCode, body]
})
const dispatcher = new Agent().compose(interceptors.cache())
await show('undici', async (method, url) => {
  const { statusCode, body } = await request(url, { method, dispatcher })
  return [statusCode, await body.text()]
})
await show('make-fetch-happen', async (method, url) => {
  const res = await fetch(url, { method, cachePath: 'cache' })
  return [res.status, await res.text()]
})
process.exit()
JS
cat > seen <<'SEEN'
got: GET 200 old, PUT 204, GET 200 old, DELETE 204, GET 200 old; 1 GETs were sent
undici: GET 200 old, PUT 204, GET 200 new, DELETE 204, GET 404; 3 GETs were sent
make-fetch-happen: GET 200 old, PUT 204, GET 200 new, DELETE 204, GET 404; 3 GETs were sent
SEEN
timeout 60 node run.mjs 2>log | tee out
diff seen out
