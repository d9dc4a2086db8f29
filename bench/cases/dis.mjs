/** Options of ours, the same for every adapter: the defaults, and real signing, or a token, which needs none. */

/**
 * @param {{ sink: string, aggregate?: boolean, token?: boolean, lingerMs?: number | undefined }} context
 */
export const disOptions = ({ sink, aggregate = false, token = false, lingerMs }) => ({
  endpoint: sink,
  region: 'bench-1',
  projectId: 'bench',
  streamName: 'bench',
  credentials: token
    ? { token: 'bench-token' }
    : { accessKey: 'BENCHACCESSKEY', secretKey: 'bench-secret-key-of-some-length' },
  // A bench that is slow must still deliver all it was given.
  closeTimeoutMs: 60_000,
  ...(aggregate && { aggregate }),
  ...(lingerMs !== undefined && { batch: { lingerMs } })
})
