import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Logger, LoggerModule } from 'nestjs-pino'
import pino from 'pino'
import { FeatureModule, HelloController, start } from '../nest-parts.mjs'

// One logger: with `transport` in the options of `pinoHttp` there are two, each with a worker of its own.
const logger = pino({ transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } })

class AppModule {}
Module({
  imports: [LoggerModule.forRoot({ pinoHttp: { logger } }), FeatureModule],
  controllers: [HelloController]
})(AppModule)

const app = await NestFactory.create(AppModule, { bufferLogs: true })
app.useLogger(app.get(Logger))
// Without this option Nest kills the process by the signal, and no `exit` listener runs.
app.enableShutdownHooks([], { useProcessExit: true })

await start(app, (id) => logger.info({ id }, 'a line'))
