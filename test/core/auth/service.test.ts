import { expect, it } from 'vitest'
import { Service } from '../../../packages/core/src/auth/service.ts'
import { DIRECT } from '../../../packages/core/src/net/network.ts'

it('a mistake of ours in a request for credentials asks for a report, not for another network', async () => {
  const service = new Service({
    name: 'IAM',
    origin: 'http://127.0.0.1:1',
    timeoutMs: 500,
    network: DIRECT,
    cure: ''
  })
  const ask = (headers: Record<string, string>) =>
    service.ask({ method: 'GET', path: '/', headers, secrets: [] })
  await expect(ask({ 'x-a': 'a\nb' })).rejects.toMatchObject({ cure: 'please report it' })
  await expect(ask({})).rejects.toMatchObject({ cure: expect.stringContaining('network') })
  await service.close()
})
