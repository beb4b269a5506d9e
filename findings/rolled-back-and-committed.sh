#!/usr/bin/env bash
# pg 8.23.1 for Node (node-postgres): its Pool with query_timeout: 2000. The server is PostgreSQL,
# as @electric-sql/pglite 0.5.14 and pglite-socket 0.2.17 have it.
#
# Behavior: the timeout of a query ends the wait for it, but not the query, and the next ones of its
# connection wait behind it. If it takes more than twice the timeout, the ROLLBACK that follows
# times out as well, and is taken out of the queue without being sent. So the connection goes back
# to the pool in the middle of the transaction. The BEGIN and the COMMIT of the next caller are sent
# within that, and the COMMIT commits the payment of a caller that got an error and rolled back. If
# the query takes less than that, the ROLLBACK is sent late, and the payment is not stored.
#
# The guess it contradicts: that what failed and was rolled back is not stored, least of all by
# somebody else; and that a pool hands out no connection with a query or a transaction of another
# caller.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >/dev/null || exit 2
cat > server.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const db = await PGlite.create()
await db.exec('create table payments (n serial, id text)')
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 })
await server.start()
process.on('disconnect', () => process.exit())
process.send(Number(server.getServerConn().split(':').at(-1)))
JS
cat > run.mjs <<'JS'
import { fork } from 'node:child_process'
import pg from 'pg'

const server = fork('server.mjs')
const port = await new Promise((listening) => server.once('message', listening))
const database = { host: '127.0.0.1', port, user: 'postgres', password: 'postgres', database: 'postgres' }
const pool = new pg.Pool({ ...database, query_timeout: 2000 })
// pay stores a payment and then makes one more query, in one transaction.
const pay = async (id, query) => {
  const client = await pool.connect()
  let line = `${id}, ${query}:`
  try {
    await client.query('begin')
    await client.query('insert into payments (id) values ($1)', [id])
    await client.query(query)
    await client.query('commit')
    line += ' committed'
  } catch (e) {
    line += ` ${e.message}`
    line += await client.query('rollback').then(() => ', rolled back', (e) => `, rollback: ${e.message}`)
  } finally {
    client.release()
  }
  console.log(line)
}
await pay('first', 'select pg_sleep(3)')
await pay('second', 'select 1')
await pay('third', 'select pg_sleep(5)')
await pay('fourth', 'select 1')
await pool.end()
const client = new pg.Client(database)
await client.connect()
const { rows } = await client.query('select id from payments order by n')
console.log(`stored: ${rows.map((r) => r.id).join(', ')}`)
await client.end()
process.exit()
JS
cat > seen <<'SEEN'
first, select pg_sleep(3): Query read timeout, rolled back
second, select 1: committed
third, select pg_sleep(5): Query read timeout, rollback: Query read timeout
fourth, select 1: committed
stored: second, third, fourth
SEEN
timeout 60 node run.mjs | tee out
diff seen out
