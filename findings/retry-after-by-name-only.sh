#!/usr/bin/env bash
# @nestjs/throttler 6.7.1 (@nestjs/core 12.5.1, platform-express), with two named throttlers:
# "short", 1 request in 2 s, and "long", 100 in 60 s.
#
# Behavior: a 429 has Retry-After-short, but no Retry-After and nothing else about the limit that
# was reached. The same throttler without a name sends Retry-After.
#
# The guess it contradicts: that a framework whose 429 says how long to wait says it in Retry-After
# (RFC 6585, section 4), so that reading that one field is enough.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
timeout 180 npm install --loglevel=error --no-audit --no-fund @nestjs/throttler@6.7.1 @nestjs/common@12.5.1 @nestjs/core@12.5.1 \
	@nestjs/platform-express@12.5.1 reflect-metadata@0.2.2 rxjs@7.8.2 >/dev/null || exit 2
cat > run.mjs <<'JS'
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler'

class Root { get() { return 'ok' } }
Get()(Root.prototype, 'get', Object.getOwnPropertyDescriptor(Root.prototype, 'get'))
Controller()(Root)

const show = async (what, throttlers) => {
  class App {}
  Module({ imports: [ThrottlerModule.forRoot(throttlers)], controllers: [Root], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${app.getHttpServer().address().port}/`
  for (const n of ['first', 'second']) {
    const r = await fetch(url)
    await r.text()
    const said = [...r.headers].filter(([name]) => name.startsWith('retry-after')).map(([name, v]) => ` ${name}: ${v}`)
    console.log(`${what}, ${n}: ${r.status}${said.join()}`)
  }
}
await show('by name', [{ name: 'short', ttl: 2000, limit: 1 }, { name: 'long', ttl: 60000, limit: 100 }])
await show('without a name', [{ ttl: 2000, limit: 1 }])
process.exit()
JS
cat > seen <<'SEEN'
by name, first: 200
by name, second: 429 retry-after-short: 2
without a name, first: 200
without a name, second: 429 retry-after: 2
SEEN
timeout 60 node run.mjs | tee out
diff seen out
