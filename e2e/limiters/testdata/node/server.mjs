// Serves behind one rate limiter, which the argument names: node server.mjs koa-ratelimit
//
// The first line that it prints has the port and the version of the limiter. Each further line is a
// request, printed when its response is finished: the address of the client, the time of arrival
// before the limiter saw it, in microseconds, and the status. The process ends when its standard
// input does.
import fs from 'node:fs'
import http from 'node:http'

const express = async (...middleware) => {
  const { default: make } = await import('express')
  const app = make()
  app.disable('x-powered-by')
  for (const m of middleware) app.use(m)
  app.get('/forbidden', (_, res) => res.status(403).send('no'))
  app.get('/broken', (_, res) => res.status(500).send('broken'))
  app.get('/', (_, res) => res.send('ok'))
  return app
}

const expressRateLimit = async (options) => {
  const { rateLimit } = await import('express-rate-limit')
  return express(rateLimit({ windowMs: 2500, limit: 2, ...options }))
}

const flexible = async (points, headers) => {
  const { RateLimiterMemory } = await import('rate-limiter-flexible')
  const limiter = new RateLimiterMemory({ points, duration: 2 })
  const tell = (res, r) => {
    if (!headers) return
    res.set('Retry-After', String(r.msBeforeNext / 1000))
    res.set('X-RateLimit-Limit', String(points))
    res.set('X-RateLimit-Remaining', String(r.remainingPoints))
    res.set('X-RateLimit-Reset', String(Math.ceil((Date.now() + r.msBeforeNext) / 1000)))
  }
  return express(async (req, res, next) => {
    try {
      tell(res, await limiter.consume(req.ip))
    } catch (r) {
      tell(res, r)
      res.status(429).send('too many')
      return
    }
    next()
  })
}

const nest = async (throttlers) => {
  await import('reflect-metadata')
  const { Controller, Get, Module } = await import('@nestjs/common')
  const { APP_GUARD, NestFactory } = await import('@nestjs/core')
  const { ThrottlerGuard, ThrottlerModule } = await import('@nestjs/throttler')
  class Root {
    get() {
      return 'ok'
    }
  }
  Get()(Root.prototype, 'get', Object.getOwnPropertyDescriptor(Root.prototype, 'get'))
  Controller()(Root)
  class App {}
  Module({
    imports: [ThrottlerModule.forRoot(throttlers)],
    controllers: [Root],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.init()
  return app.getHttpAdapter().getInstance()
}

const limiters = {
  'express-rate-limit draft-8': ['express-rate-limit', () => expressRateLimit({ standardHeaders: 'draft-8', legacyHeaders: false })],
  'express-rate-limit draft-7': ['express-rate-limit', () => expressRateLimit({ standardHeaders: 'draft-7', legacyHeaders: false })],
  'express-rate-limit legacy': ['express-rate-limit', () => expressRateLimit({})],
  'fastify rate-limit': ['@fastify/rate-limit', async () => {
    const { default: make } = await import('fastify')
    const { default: limit } = await import('@fastify/rate-limit')
    const app = make()
    await app.register(limit, { max: 2, timeWindow: 2500 })
    app.get('/', async () => 'ok')
    await app.ready()
    return app.routing
  }],
  'koa-ratelimit': ['koa-ratelimit', async () => {
    const { default: Koa } = await import('koa')
    const { default: limit } = await import('koa-ratelimit')
    const app = new Koa()
    app.use(limit({ driver: 'memory', db: new Map(), duration: 2500, max: 2, id: (ctx) => ctx.ip }))
    app.use((ctx) => { ctx.body = 'ok' })
    return app.callback()
  }],
  'hono-rate-limiter': ['hono-rate-limiter', async () => {
    const { Hono } = await import('hono')
    const { rateLimiter } = await import('hono-rate-limiter')
    const { getRequestListener } = await import('@hono/node-server')
    const app = new Hono()
    app.use(rateLimiter({ windowMs: 2500, limit: 2, keyGenerator: (c) => c.env.incoming.socket.remoteAddress }))
    app.get('/', (c) => c.text('ok'))
    return getRequestListener(app.fetch)
  }],
  'rate-limiter-flexible': ['rate-limiter-flexible', () => flexible(2, false)],
  'rate-limiter-flexible headers': ['rate-limiter-flexible', () => flexible(2, true)],
  'rate-limiter-flexible roomy': ['rate-limiter-flexible', () => flexible(1000, true)],
  'nest throttler': ['@nestjs/throttler', () => nest([{ ttl: 2000, limit: 2 }])],
  'nest throttlers by name': ['@nestjs/throttler', () => nest([{ name: 'short', ttl: 2000, limit: 2 }, { name: 'long', ttl: 60000, limit: 50 }])],
}

const [name, make] = limiters[process.argv[2]]
const version = JSON.parse(fs.readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version
const handler = await make()
const server = http.createServer((req, res) => {
  const entry = { from: req.socket.remoteAddress, at: Math.round((performance.timeOrigin + performance.now()) * 1000) }
  res.on('finish', () => console.log(JSON.stringify({ ...entry, status: res.statusCode })))
  handler(req, res)
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port, version })))
process.stdin.resume()
process.stdin.on('end', () => process.exit())
