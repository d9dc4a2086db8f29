import { Logger } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WinstonModule } from 'nest-winston'
import { AppModule } from './app.module.js'
import { logger } from './logger.js'

const PORT = Number(process.env.PORT ?? 3000)
const HOST = process.env.HOST ?? '0.0.0.0'

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, {
    logger: WinstonModule.createLogger({ instance: logger })
  })
  // Without this option Nest kills the process by the signal, and nobody waits for the lines that are under way.
  app.enableShutdownHooks([], { useProcessExit: true })
  await app.listen(PORT, HOST)
  new Logger('main').log(`listening on ${await app.getUrl()}`)
}

void bootstrap()
