import { randomBytes } from 'node:crypto'
import { type Answer, emptyAnswer, jsonAnswer } from '../answer.ts'
import type { AppInfo } from '../apps.ts'
import type { Action, Call, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { parseObject, stringField } from '../schema.ts'
import { parsePageLimit, stateOf } from './consumer-state.ts'

/** Documented: 1–200 letters, digits, `-`, `_`. */
const APP_NAME = /^[A-Za-z0-9_-]{1,200}$/

/** A new consumer. Its answer has no body: the Java client has no reader for one. */
export const createApp: Action = {
  name: 'CreateApp',
  prepare(call, world) {
    const object = parseObject(call.body)
    if (object instanceof Refusal) return object
    const name = stringField(object, 'app_name')
    if (name instanceof Refusal) return name
    if (!APP_NAME.test(name)) return refuse('DIS.4200', 'app_name must be 1–200 letters, digits, - and _')
    return {
      streamName: '',
      run() {
        const { apps } = world.store
        if (apps.get(name) !== undefined) return refuse('DIS.4330', name)
        const id = randomBytes(15).toString('base64url').slice(0, 19)
        return apps.add(name, id, call.nowMs) ? emptyAnswer(201) : refuse('DIS.4329')
      }
    }
  }
}

/** Removes a consumer and its checkpoints. */
export const deleteApp: Action = {
  name: 'DeleteApp',
  prepare(call, world) {
    return {
      streamName: '',
      run() {
        if (world.store.apps.get(call.pathName) === undefined) return refuse('DIS.4332', call.pathName)
        world.store.apps.remove(call.pathName)
        return emptyAnswer(204)
      }
    }
  }
}

/** One consumer. */
export const showApp: Action = {
  name: 'ShowApp',
  prepare(call, world) {
    return {
      streamName: '',
      run() {
        const app = world.store.apps.get(call.pathName)
        return app === undefined ? refuse('DIS.4332', call.pathName) : jsonAnswer(appJson(app))
      }
    }
  }
}

/** A page of consumers, by name; of those that have read a stream, if one is named. */
export const listApps: Action = {
  name: 'ListApps',
  prepare(call, world) {
    return { streamName: '', run: () => list(call, world) }
  }
}

function list(call: Call, world: World): Answer | Refusal {
  const limit = parsePageLimit(call, 100, 10)
  if (limit instanceof Refusal) return limit
  const stream = call.query.get('stream_name') ?? ''
  const start = call.query.get('start_app_name') ?? ''
  const all = world.store.apps.all().filter((app) => stream === '' || app.streams.includes(stream))
  const rest = all.filter(({ name }) => name > start)
  const page = rest.slice(0, limit)
  return jsonAnswer({
    total_number: all.length,
    apps: page.map(appJson),
    has_more_app: rest.length > page.length
  })
}

function appJson({ createdAtMs, id, name, streams }: AppInfo): object {
  return { app_name: name, app_id: id, create_time: createdAtMs, commit_checkpoint_stream_names: streams }
}

/** How far a consumer is in each partition of a stream. */
export const showConsumerState: Action = {
  name: 'ShowConsumerState',
  prepare(call, world) {
    const stream = call.pathRest[0] ?? ''
    return { streamName: stream, run: () => stateOf(call, world, stream) }
  }
}
