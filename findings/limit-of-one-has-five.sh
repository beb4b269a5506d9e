#!/usr/bin/env bash
# p-queue 9.3.5 with concurrency: 1 and timeout: 1000, and bottleneck 2.19.5 with maxConcurrent: 1 and
# expiration: 1000. cockatiel 3.2.1 is for comparison: its timeout outside its bulkhead of one.
#
# Behavior: the timeout of a job ends the wait for it, but not the job, and gives its place to the
# next one. As long as the server responds within a second it has one request at a time. If it is slow
# and needs 7 s, it has five at once. The bulkhead of cockatiel keeps its place until the job is over.
#
# The guess it contradicts: that a limit of one is a limit of one, above all when the server is slow,
# and that a timeout can only free a place for which nobody is at work any more.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund p-queue@9.3.5 bottleneck@2.19.5 cockatiel@3.2.1 >/dev/null || exit 2
cat > run.mjs <<'JS'
import { createServer } from 'node:http'
import Bottleneck from 'bottleneck'
import { bulkhead, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import PQueue from 'p-queue'

let takes = 10 // ms
let atWork = 0
let most = 0
const server = createServer((req, res) => {
  most = Math.max(most, ++atWork)
  setTimeout(() => {
    atWork--
    res.end()
  }, takes)
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`
const job = async () => (await fetch(url)).text()
const limits = {
  'p-queue': () => {
    const queue = new PQueue({ concurrency: 1, timeout: 1000 })
    return () => queue.add(job)
  },
  bottleneck: () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 })
    return () => limiter.schedule({ expiration: 1000 }, job)
  },
  cockatiel: () => {
    const policy = wrap(timeout(1000, TimeoutStrategy.Aggressive), bulkhead(1, 10))
    return () => policy.execute(job)
  },
}
await job() // the first one takes longer
for (const [name, limit] of Object.entries(limits)) {
  for (takes of [10, 7000]) {
    atWork = most = 0
    const call = limit()
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, call))
    const failed = outcomes.filter((o) => o.status === 'rejected').length
    console.log(`${name}, a server that takes ${takes} ms: five calls, ${failed} fail, ${most} at once at the server`)
    while (atWork > 0) await new Promise((done) => setTimeout(done, 100))
  }
}
process.exit()
JS
cat > seen <<'SEEN'
p-queue, a server that takes 10 ms: five calls, 0 fail, 1 at once at the server
p-queue, a server that takes 7000 ms: five calls, 5 fail, 5 at once at the server
bottleneck, a server that takes 10 ms: five calls, 0 fail, 1 at once at the server
bottleneck, a server that takes 7000 ms: five calls, 5 fail, 5 at once at the server
cockatiel, a server that takes 10 ms: five calls, 0 fail, 1 at once at the server
cockatiel, a server that takes 7000 ms: five calls, 5 fail, 1 at once at the server
SEEN
timeout 60 node run.mjs | tee out
diff seen out
