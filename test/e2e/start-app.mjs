// Starts a producer as an application does, and prints how many files of undici are loaded, then and when its line is
// delivered, and how many of them under the name of a link.
// argv[2]: { form: 'import' | 'require', as: 'winston' | 'winston in-process' | 'core' | 'pino in-process', options, socket? } as JSON.
// `socket`: what the application looks at all the time.
import { lstatSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'

const { form, as, options, socket } = JSON.parse(process.argv[2])
const require = createRequire(import.meta.url)
const load = (name) => (form === 'require' ? require(name) : import(name))

const STARTS = {
  winston: async () => transport(await load('winston-dis'), options),
  'winston in-process': async () => transport(await load('winston-dis'), { ...options, worker: false }),
  'pino in-process': async () => {
    const stream = (await load('pino-dis')).disStream(options)
    return {
      log: (line) => stream.write(`${line}\n`),
      flush: () => stream.flush(),
      close: () => stream.end()
    }
  },
  core: async () => {
    const producer = (await load('@dis-logs/core')).createProducer(options)
    return {
      log: (line) => producer.write(line),
      flush: () => producer.flush(),
      close: () => producer.close()
    }
  }
}

function transport({ DisTransport }, own) {
  const dis = new DisTransport(own)
  return {
    log: (line) => dis.log({ [Symbol.for('message')]: line }),
    flush: () => dis.flush(),
    close: () => dis.close()
  }
}

const files = () => Object.keys(require.cache).filter((path) => /[\\/]undici[\\/](lib[\\/]|index)/.test(path))
const loaded = () => files().length

const look = () => {
  lstatSync(socket)
  setImmediate(look).unref()
}
if (socket !== undefined) {
  await load('@dis-logs/core')
  look()
}
const started = await STARTS[as]()
started.log(JSON.stringify({ n: 0 }))
const atStart = loaded()
const { delivered } = await started.flush()
const atLinks = files().filter((path) => realpathSync.native(path) !== path).length
process.stdout.write(JSON.stringify({ atStart, delivered, atEnd: loaded(), atLinks }))
await started.close()
