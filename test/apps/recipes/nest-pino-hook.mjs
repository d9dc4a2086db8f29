import 'reflect-metadata'
import { once } from 'node:events'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Logger, LoggerModule } from 'nestjs-pino'
import pino from 'pino'
import { FeatureModule, HelloController, start } from '../nest-parts.mjs'

const transport = pino.transport({
  target: 'pino-dis',
  options: { streamName: 'app-logs', closeTimeoutMs: 3_000, spool: { dir: process.env.SPOOL_DIR } }
})
const logger = pino(transport)

/** Ends the transport. Global, because Nest runs the hooks of global modules last. */
class DisShutdown {
  async onApplicationShutdown() {
    // Keeps the process alive meanwhile.
    transport.ref()
    transport.end()
    await once(transport, 'close')
  }
}

class AppModule {}
Module({
  imports: [
    { module: DisShutdown, global: true },
    LoggerModule.forRoot({ pinoHttp: { logger } }),
    FeatureModule
  ],
  controllers: [HelloController]
})(AppModule)

const app = await NestFactory.create(AppModule, { bufferLogs: true })
app.useLogger(app.get(Logger))
app.enableShutdownHooks()

// pino lets go of a worker that has just started, whatever `ref` said.
if (!transport.ready) await once(transport, 'ready')
await start(app, (id) => logger.info({ id }, 'a line'), { untilSignal: true })
