#!/usr/bin/env bash
# Four clients for Node that obey Retry-After, with their defaults: got 14.6.6, axios-retry 4.5.0
# (axios 1.21.1), openai 6.49.0 and @azure/core-rest-pipeline 1.24.0.
#
# Behavior: after a 429 that asks for 4 s, each client sends again after 4 s. After one that asks
# for 30 days, each sends again at once. The wait is the delay of one timer, which holds at most
# 2^31-1 ms, or 24.8 days, and a longer delay becomes 1 ms. (Node warns of this on standard error.)
#
# The guess it contradicts: that the longer a server asks a client to stay away, the longer it does,
# or that it gives up.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund got@14.6.6 axios@1.21.1 axios-retry@4.5.0 openai@6.49.0 \
	@azure/core-rest-pipeline@1.24.0 >/dev/null || exit 2
cat > run.mjs <<'JS'
import http from 'node:http'
import got from 'got'
import axios from 'axios'
import axiosRetry from 'axios-retry'
import OpenAI from 'openai'
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline'

// ask starts a server that throttles its first request, and returns when the second one has
// arrived.
const ask = async (what, after, client) => {
  const at = []
  const server = http.createServer((req, res) => {
    at.push(performance.now())
    const first = at.length === 1
    res.writeHead(first ? 429 : 200, { 'content-type': 'application/json', ...(first && { 'retry-after': after }) })
    res.end('{"data":[]}')
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.on('listening', listening))
  await client(`http://127.0.0.1:${server.address().port}`)
  const waited = at[1] - at[0]
  console.log(`${what}, Retry-After: ${after}: ${at.length} requests, ${waited < 2500 ? 'at once' : waited >= 3990 ? 'after 4 s or more' : `after ${waited} ms`}`)
  server.close()
}
const retried = axios.create()
axiosRetry(retried)
const clients = {
  got: (url) => got(url),
  'axios-retry': (url) => retried.get(url),
  openai: (url) => new OpenAI({ apiKey: 'key', baseURL: url }).models.list(),
  azure: (url) => createPipelineFromOptions({}).sendRequest(createDefaultHttpClient(), createPipelineRequest({ url, allowInsecureConnection: true })),
}
for (const [what, client] of Object.entries(clients)) {
  await ask(what, 4, client)
  await ask(what, 30 * 24 * 3600, client)
}
process.exit()
JS
cat > seen <<'SEEN'
got, Retry-After: 4: 2 requests, after 4 s or more
got, Retry-After: 2592000: 2 requests, at once
axios-retry, Retry-After: 4: 2 requests, after 4 s or more
axios-retry, Retry-After: 2592000: 2 requests, at once
openai, Retry-After: 4: 2 requests, after 4 s or more
openai, Retry-After: 2592000: 2 requests, at once
azure, Retry-After: 4: 2 requests, after 4 s or more
azure, Retry-After: 2592000: 2 requests, at once
SEEN
timeout 60 node run.mjs | tee out
diff seen out
