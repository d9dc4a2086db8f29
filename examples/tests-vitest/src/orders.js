export function acceptOrder(logger, order) {
  logger.info({ tenant: order.tenant, card: order.card }, 'order accepted')
  return { accepted: true }
}
