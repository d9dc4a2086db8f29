import { NestFactory } from '@nestjs/core'
import { Logger } from 'nestjs-pino'
import { AppModule } from './app.module.js'

const PORT = Number(process.env.PORT ?? 3000)
const HOST = process.env.HOST ?? '0.0.0.0'

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { bufferLogs: true })
  const logger = app.get(Logger)
  app.useLogger(logger)
  // Without this option Nest kills the process by the signal, and nobody waits for the lines that are under way.
  app.enableShutdownHooks([], { useProcessExit: true })
  await app.listen(PORT, HOST)
  logger.log(`listening on ${await app.getUrl()}`)
}

void bootstrap()
