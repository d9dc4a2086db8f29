export const dynamic = 'force-dynamic'

export async function POST(_request, { params }) {
  // Here, and not above: `next build` loads this file, and has no credentials.
  const { logger } = await import('../../../lib/logger.js')
  const { tenant } = await params
  logger.info({ tenant }, 'order received')
  return Response.json({ tenant, accepted: true })
}
