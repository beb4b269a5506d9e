#!/usr/bin/env bash
# prom-client 15.1.3 for Node: its AggregatorRegistry, for the workers of a cluster.
#
# Behavior: a counter of a cluster is the sum over the workers that are alive. When a worker is
# replaced, its part is gone, and the sum falls, but not to zero. Prometheus takes a counter that
# falls for one that began anew at zero, and counts what it has now as new: all that the other
# workers have done since they started, be it a month ago. A reload of four workers with 400
# requests and 4 errors, one worker after the other, makes 600 requests and 6 errors in increase(),
# and none was made meanwhile.
#
# The guess it contradicts: that a restart hides some counts at most, and never adds any, because
# Prometheus knows that counters begin anew; and that a sum of counters is a counter.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund prom-client@15.1.3 >/dev/null || exit 2
cat > run.mjs <<'JS'
import cluster from 'node:cluster'
import http from 'node:http'
import prom from 'prom-client'

const registry = new prom.AggregatorRegistry()
if (cluster.isWorker) {
  const requests = new prom.Counter({ name: 'requests_total', help: 'Requests.' })
  const errors = new prom.Counter({ name: 'errors_total', help: 'Errors.' })
  process.on('message', (message) => {
    if (message.work) {
      requests.inc(message.work)
      errors.inc(message.work / 100)
      process.send('done')
    }
  })
  process.send('started')
} else {
  const server = http.createServer(async (_, res) => res.end(await registry.clusterMetrics()))
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const said = (worker, what) =>
    new Promise((resolve) => {
      worker.on('message', function listener(message) {
        if (message === what) {
          worker.off('message', listener)
          resolve()
        }
      })
    })
  const start = async () => {
    const worker = cluster.fork()
    await said(worker, 'started')
    return worker
  }
  // Each scrape adds to the increase what Prometheus makes of the values before and after.
  const last = {}
  const increase = {}
  const scrape = async (when) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/metrics`)
    const samples = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'))
    for (const sample of samples) {
      const [name, value] = sample.split(' ')
      const before = last[name] ?? 0
      increase[name] = (increase[name] ?? 0) + (Number(value) < before ? Number(value) : Number(value) - before)
      last[name] = Number(value)
    }
    console.log(`${when}: ${samples.join(', ')}`)
  }
  const workers = []
  for (let n = 0; n < 4; n++) {
    workers.push(await start())
  }
  await scrape('at the start')
  for (const worker of workers) {
    worker.send({ work: 100 })
    await said(worker, 'done')
  }
  await scrape('after 400 requests')
  const before = { ...increase }
  for (const worker of workers) {
    await start()
    worker.disconnect()
    await new Promise((exited) => worker.on('exit', exited))
    await scrape('one more worker is replaced')
  }
  for (const name in increase) {
    console.log(`increase of ${name} during the reload: ${increase[name] - before[name]}`)
  }
  process.exit()
}
JS
cat > seen <<'SEEN'
at the start: requests_total 0, errors_total 0
after 400 requests: requests_total 400, errors_total 4
one more worker is replaced: requests_total 300, errors_total 3
one more worker is replaced: requests_total 200, errors_total 2
one more worker is replaced: requests_total 100, errors_total 1
one more worker is replaced: requests_total 0, errors_total 0
increase of requests_total during the reload: 600
increase of errors_total during the reload: 6
SEEN
timeout 60 node run.mjs | tee out
diff seen out
