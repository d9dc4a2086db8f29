import 'reflect-metadata'
import { once } from 'node:events'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WinstonModule } from 'nest-winston'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { FeatureModule, HelloController, start } from '../nest-parts.mjs'

const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [
    new DisTransport({ streamName: 'app-logs', closeTimeoutMs: 3_000, spool: { dir: process.env.SPOOL_DIR } })
  ]
})

/** Ends the logger. Global, because Nest runs the hooks of global modules last. */
class DisShutdown {
  async onApplicationShutdown() {
    logger.end()
    await once(logger, 'finish')
  }
}

class AppModule {}
Module({
  imports: [{ module: DisShutdown, global: true }, FeatureModule],
  controllers: [HelloController]
})(AppModule)

const app = await NestFactory.create(AppModule, {
  logger: WinstonModule.createLogger({ instance: logger })
})
app.enableShutdownHooks()

await start(app, (id) => logger.info('a line', { id }), { untilSignal: true })
