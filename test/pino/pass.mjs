// A transform as people write it: reads log lines as objects, changes nothing, and writes them as lines again.
import { Transform } from 'node:stream'
import build from 'pino-abstract-transport'

export default () =>
  build(
    (source) => {
      const lines = new Transform({
        autoDestroy: true,
        writableObjectMode: true,
        transform(line, _, done) {
          done(null, `${JSON.stringify(line)}\n`)
        }
      })
      source.pipe(lines)
      return lines
    },
    { enablePipelining: true }
  )
