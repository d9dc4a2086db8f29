/** A local DIS without limits in a process of its own: it reads every wire form and checks every signature. */
import { createLocalDis } from '@dis-logs/local'
import { job } from '../measure/child.mjs'

const { token } = job()
const dis = await createLocalDis({
  port: 0,
  streams: [{ name: 'bench' }],
  limits: false,
  auth: {
    keys: [{ accessKey: 'BENCHACCESSKEY', secretKey: 'bench-secret-key-of-some-length' }],
    tokens: [token]
  }
})
process.send?.({ url: dis.url })
process.on('disconnect', () => process.exit(0))
