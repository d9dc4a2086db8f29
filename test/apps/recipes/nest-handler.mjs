import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Logger, LoggerModule } from 'nestjs-pino'
import pino from 'pino'
import { FeatureModule, HelloController, start } from '../nest-parts.mjs'

const logger = pino({ transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } })

class AppModule {}
Module({
  imports: [LoggerModule.forRoot({ pinoHttp: { logger } }), FeatureModule],
  controllers: [HelloController]
})(AppModule)

const app = await NestFactory.create(AppModule, { bufferLogs: true })
app.useLogger(app.get(Logger))

// In place of `enableShutdownHooks`.
process.once('SIGTERM', async (signal) => {
  // Runs every hook of Nest's, as `enableShutdownHooks` does.
  await app.close(signal)
  // 128 + 15: the status that a shell gives to an end by SIGTERM. 0 is as good.
  process.exit(143)
})

await start(app, (id) => logger.info({ id }, 'a line'))
