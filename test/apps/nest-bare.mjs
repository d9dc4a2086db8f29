// What is wrong: Nest kills the process by the signal, and nobody waits for pino's worker.
import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import pino from 'pino'
import { HelloController, start } from './nest-parts.mjs'

const logger = pino({ transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } })

class AppModule {}
Module({ controllers: [HelloController] })(AppModule)

const app = await NestFactory.create(AppModule, { logger: false })
app.enableShutdownHooks()

await start(app, (id) => logger.info({ id }, 'a line'))
