#!/usr/bin/env bash
# ioredis 6.0.0 with commandTimeout: 1000 and otherwise the defaults. redis 6.3.1 (node-redis), with
# a timeout of 1000 in its commandOptions, is for comparison. The server speaks as much of the
# protocol as is needed.
#
# Behavior: a client has lost its connection, and its SET fails with "Command timed out" after a
# second. Nothing was sent, and the command stays in the queue of the client, until the connection
# is back or 20 attempts to make one have failed, which takes more than a minute. Other clients go
# on writing. When the connection is back, the SET that failed is sent after all, and replaces every
# newer value. node-redis takes a command out of its queue when it times out.
#
# The guess it contradicts: that a write that failed before it was sent is never sent, so that its
# caller may leave it at that, or write something else elsewhere; and that a value in the store is
# the last one of which a client was told that it was written.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund ioredis@6.0.0 redis@6.3.1 >/dev/null || exit 2
cat > run.mjs <<'JS'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Redis from 'ioredis'
import { createClient } from 'redis'

const listen = (server, port = 0) => new Promise((listening) => server.listen(port, '127.0.0.1', () => listening(server.address().port)))

// A server keeps strings, and the order in which they were set.
const values = new Map()
const sets = []
const server = net.createServer((c) => {
  let text = ''
  c.on('error', () => {})
  c.on('data', (data) => {
    text += data
    for (;;) {
      const head = /^\*(\d+)\r\n/.exec(text)
      if (!head) {
        return
      }
      const args = []
      let rest = text.slice(head[0].length)
      while (args.length < Number(head[1])) {
        const length = /^\$(\d+)\r\n/.exec(rest)
        if (!length || rest.length < length[0].length + Number(length[1]) + 2) {
          return
        }
        args.push(rest.substr(length[0].length, Number(length[1])))
        rest = rest.slice(length[0].length + Number(length[1]) + 2)
      }
      text = rest
      const [name, key, value] = args
      switch (name.toLowerCase()) {
        case 'hello':
          c.write('%1\r\n+proto\r\n:3\r\n')
          break
        case 'info':
          c.write('$9\r\nloading:0\r\n')
          break
        case 'set':
          values.set(key, value)
          sets.push(value)
          c.write('+OK\r\n')
          break
        case 'get':
          c.write(`+${values.get(key)}\r\n`)
          break
        default:
          c.write('+OK\r\n')
      }
    }
  })
})
const port = await listen(server)

// A cable is a way to the server that can be cut and laid again.
const cable = async () => {
  let port2 = 0
  let relay
  let connections
  const lay = async () => {
    connections = new Set()
    relay = net.createServer((c) => {
      const s = net.connect(port, '127.0.0.1')
      for (const [from, to] of [[c, s], [s, c]]) {
        from.on('error', () => {}).on('close', () => to.destroy()).pipe(to)
        connections.add(from)
      }
    })
    port2 = await listen(relay, port2)
  }
  const cut = () => {
    relay.close()
    connections.forEach((c) => c.destroy())
  }
  await lay()
  return { cut, lay, port: port2 }
}

const show = async (name, connect) => {
  sets.length = 0
  const { cut, lay, port: through } = await cable()
  const lost = await connect(through)
  const other = await connect(port)
  await lost.set('price', '1')
  cut()
  await sleep(500)
  const outcome = await lost.set('price', '2').then(() => 'done', (e) => e.message || e.constructor.name)
  await sleep(1000)
  await other.set('price', '3')
  await lay()
  while (await lost.get('price').then(() => false, () => true)) {
    await sleep(100)
  }
  console.log(`${name}: SET price 2: ${outcome}; the server got ${sets.join(', ')}, and has ${await other.get('price')}`)
}
await show('ioredis', async (port) => new Redis({ host: '127.0.0.1', port, commandTimeout: 1000 }).on('error', () => {}))
await show('node-redis', async (port) => {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, commandOptions: { timeout: 1000 } }).on('error', () => {})
  return client.connect()
})
process.exit()
JS
cat > seen <<'SEEN'
ioredis: SET price 2: Command timed out; the server got 1, 3, 2, and has 2
node-redis: SET price 2: TimeoutError; the server got 1, 3, and has 3
SEEN
timeout 60 node run.mjs | tee out
diff seen out
