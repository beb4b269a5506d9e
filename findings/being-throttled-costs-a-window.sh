#!/usr/bin/env bash
# @nestjs/throttler 6.7.1 (@nestjs/core 12.5.1, platform-express), with 1 request in 2 s and
# otherwise the defaults.
#
# Behavior: a client that is throttled at any time of the window is blocked for a whole ttl from
# then on. A client that waits for the end of the window, as X-RateLimit-Reset says, is accepted 2 s
# after its first request. One that has tried at 1.5 s is not accepted before 3.5 s. (The package
# says this of its blockDuration, whose default is the ttl. No response does.)
#
# The guess it contradicts: that a 429 costs nothing but the request, so that a client need not
# remember from the response before that a quota is used up.
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

const show = async (what, times) => {
  class App {}
  Module({ imports: [ThrottlerModule.forRoot([{ ttl: 2000, limit: 1 }])], controllers: [Root], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${app.getHttpServer().address().port}/`
  const begin = performance.now()
  for (const at of times) {
    await new Promise((done) => setTimeout(done, begin + at - performance.now()))
    const r = await fetch(url)
    await r.text()
    console.log(`${what}, at ${at / 1000} s: ${r.status}`)
  }
}
await show('untouched', [0, 2400])
await show('tried once', [0, 1500, 2400, 3900])
process.exit()
JS
cat > seen <<'SEEN'
untouched, at 0 s: 200
untouched, at 2.4 s: 200
tried once, at 0 s: 200
tried once, at 1.5 s: 429
tried once, at 2.4 s: 429
tried once, at 3.9 s: 200
SEEN
timeout 60 node run.mjs | tee out
diff seen out
