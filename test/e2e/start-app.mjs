// Starts a producer as an application does, and prints which files of undici are loaded: then, and when its line is delivered.
// argv[2]: { form: 'import' | 'require', as: 'winston' | 'winston in-process' | 'core' | 'pino in-process', options } as JSON.
import { createRequire } from 'node:module'

const { form, as, options } = JSON.parse(process.argv[2])
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

const loaded = () => Object.keys(require.cache).filter((path) => /[\\/]undici[\\/]lib[\\/]/.test(path)).length

const started = await STARTS[as]()
started.log(JSON.stringify({ n: 0 }))
const atStart = loaded()
const { delivered } = await started.flush()
process.stdout.write(JSON.stringify({ atStart, delivered, atEnd: loaded() }))
await started.close()
