import { Controller, Logger, Param, Post } from '@nestjs/common'

@Controller('orders')
export class OrdersController {
  // Nest's own logger: what it logs goes where the application's logger goes.
  private readonly logger = new Logger(OrdersController.name)

  @Post(':tenant')
  create(@Param('tenant') tenant: string) {
    this.logger.log({ message: 'order received', tenant })
    return { tenant, accepted: true }
  }
}
