// What the Nest recipes have in common: a controller, and a module that logs while Nest shuts down.
import { Controller, Get, Module } from '@nestjs/common'
import { announce, keepLogging, logSome, slowly } from './load.mjs'

/** Set by `start`. */
let log

export class HelloController {
  hello() {
    return slowly(log)
  }
}
Controller()(HelloController)
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'))

/** Logs in every hook, and takes its time for it. */
class Feature {
  onModuleDestroy() {
    return logSome(log)
  }
  beforeApplicationShutdown() {
    return logSome(log)
  }
  onApplicationShutdown() {
    return logSome(log)
  }
}

export class FeatureModule {}
Module({ providers: [Feature] })(FeatureModule)

/** Listens, and logs without a pause: for ever, or until the signal comes. */
export async function start(app, given, { untilSignal = false } = {}) {
  log = given
  await app.listen(Number(process.env.PORT), '127.0.0.1')
  const load = keepLogging(log)
  if (untilSignal) process.once('SIGTERM', () => load.stop())
  announce(app.getHttpServer())
}
