exports.acceptOrder = (logger, order) => {
  logger.info('order accepted', { tenant: order.tenant, card: order.card })
  return { accepted: true }
}
