import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WinstonModule } from 'nest-winston'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { FeatureModule, HelloController, start } from '../nest-parts.mjs'

const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})

class AppModule {}
Module({ imports: [FeatureModule], controllers: [HelloController] })(AppModule)

const app = await NestFactory.create(AppModule, {
  logger: WinstonModule.createLogger({ instance: logger })
})
app.enableShutdownHooks([], { useProcessExit: true })

await start(app, (id) => logger.info('a line', { id }))
