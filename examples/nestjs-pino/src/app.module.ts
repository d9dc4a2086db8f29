import { Module } from '@nestjs/common'
import { LoggerModule } from 'nestjs-pino'
import { logger } from './logger.js'
import { OrdersController } from './orders.controller.js'

@Module({
  imports: [LoggerModule.forRoot({ pinoHttp: { logger } })],
  controllers: [OrdersController]
})
export class AppModule {}
