// What the Nest recipes have in common: a controller, and a module that logs while Nest shuts down.
import { Controller, Get, Module } from '@nestjs/common'
import { keepLogging, logOne, tell } from './load.mjs'

/** Set by `start`. */
let log

export class HelloController {
  hello() {
    logOne(log)
    return 'hello'
  }
}
Controller()(HelloController)
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'))

/** Logs in every hook, and takes its time in between: the last of these lines come after everything else. */
class Feature {
  async onModuleDestroy() {
    await logSome()
  }
  async beforeApplicationShutdown() {
    await logSome()
  }
  async onApplicationShutdown() {
    await logSome()
  }
}

export class FeatureModule {}
Module({ providers: [Feature] })(FeatureModule)

async function logSome() {
  for (let lines = 0; lines < 10; lines++) {
    logOne(log)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Listens, and logs without a pause: for ever, or until the signal comes. */
export async function start(app, given, { untilSignal = false } = {}) {
  log = given
  await app.listen(Number(process.env.PORT), '127.0.0.1')
  const load = keepLogging(log)
  if (untilSignal) process.once('SIGTERM', () => load.stop())
  tell('port', app.getHttpServer().address().port)
}
