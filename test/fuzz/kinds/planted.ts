/** Kinds with a fault each, in every input whose first byte is even: they try the runner itself. */
import type { Kind } from '../kind.ts'

function planted(fault: () => void | Promise<void>): () => Kind {
  return () => ({
    generate: (random) => random.bytes(20),
    check: (input) => {
      if ((input[0] ?? 1) % 2 === 0) return fault()
    }
  })
}

export const throwing = planted(() => {
  throw new Error('planted')
})

export const rejecting = planted(async () => {
  void Promise.reject(new Error('planted, and nobody waits for it'))
})

export const slow = planted(() => {
  const before = process.cpuUsage()
  const busyMs = () => Object.values(process.cpuUsage(before)).reduce((sum, time) => sum + time) / 1_000
  while (busyMs() < 3_200);
})

export const large = planted(() => {
  Buffer.alloc(100 * 1_048_576, 1)
})

export const endless = planted(() => {
  for (;;);
})

export const exiting = planted(() => {
  process.exit(3)
})
