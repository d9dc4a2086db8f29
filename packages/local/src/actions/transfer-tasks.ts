import { randomBytes } from 'node:crypto'
import { emptyAnswer, jsonAnswer } from '../answer.ts'
import { MAX_TRANSFER_TASKS } from '../bounds.ts'
import type { Action, Call, Prepared, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { parseObject, stringField, wordField } from '../schema.ts'
import type { Stream, TransferTask } from '../stream.ts'

/**
 * Dump tasks are kept and told, and move nothing: there is nowhere to dump to. Each type of destination has a field of its own for what
 * it is made of, which comes back as it came.
 */
const DESCRIPTIONS = {
  OBS: 'obs_destination_descriptor',
  MRS: 'mrs_destination_descriptor',
  DLI: 'dli_destination_descriptor',
  CLOUDTABLE: 'cloudtable_destination_descriptor',
  DWS: 'dws_destination_descriptor'
} as const

type Destination = keyof typeof DESCRIPTIONS

const DESTINATIONS: readonly Destination[] = ['OBS', 'MRS', 'DLI', 'CLOUDTABLE', 'DWS']
const TASK_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** A new dump task. */
export const createTransferTask: Action = {
  name: 'CreateTransferTask',
  prepare(call, world) {
    const task = parseTask(call)
    if (task instanceof Refusal) return task
    return ofStream(call, world, (stream) => {
      if (stream.transferTasks.has(task.name))
        return refuse('DIS.4300', `the task ${task.name} already exists`)
      if (stream.transferTasks.size >= MAX_TRANSFER_TASKS) return refuse('DIS.4357', `[${stream.seed.name}]`)
      stream.transferTasks.set(task.name, task)
      return emptyAnswer(201)
    })
  }
}

/** All dump tasks of a stream, without what their destinations are made of. */
export const listTransferTasks: Action = {
  name: 'ListTransferTasks',
  prepare(call, world) {
    return ofStream(call, world, (stream) => {
      const tasks = [...stream.transferTasks.values()].map(taskJson)
      return jsonAnswer({ total_number: tasks.length, tasks })
    })
  }
}

/** One dump task. */
export const showTransferTask: Action = {
  name: 'ShowTransferTask',
  prepare(call, world) {
    return ofTask(call, world, (stream, task) =>
      jsonAnswer({
        stream_id: stream.seed.id,
        stream_name: stream.seed.name,
        ...taskJson(task),
        // Answers say "description" where requests say "descriptor".
        [`${task.destination.toLowerCase()}_destination_description`]: task.description,
        partitions: stream.partitions.map(({ id }) => ({ partition_id: id, state: 'RUNNING', discard: 0 }))
      })
    )
  }
}

/** Ends a dump task. */
export const deleteTransferTask: Action = {
  name: 'DeleteTransferTask',
  prepare(call, world) {
    return ofTask(call, world, (stream, task) => {
      stream.transferTasks.delete(task.name)
      return emptyAnswer(204)
    })
  }
}

function parseTask(call: Call): TransferTask | Refusal {
  const object = parseObject(call.body)
  if (object instanceof Refusal) return object
  const destination = wordField(object, 'destination_type', DESTINATIONS)
  if (destination instanceof Refusal) return destination
  if (destination === undefined) return refuse('DIS.4200', 'destination_type is missing')
  const field = DESCRIPTIONS[destination]
  const description = object[field]
  if (typeof description !== 'object' || description === null || Array.isArray(description))
    return refuse('DIS.4200', `${field} is missing`)
  const name = stringField({ ...description }, 'task_name')
  if (name instanceof Refusal) return name
  if (!TASK_NAME.test(name)) return refuse('DIS.4200', 'task_name must be 1–64 letters, digits, - and _')
  const id = randomBytes(15).toString('base64url').slice(0, 19)
  return { name, id, destination, description, createdAtMs: call.nowMs }
}

function taskJson({ createdAtMs, destination, id, name }: TransferTask): object {
  return {
    task_id: id,
    task_name: name,
    destination_type: destination,
    state: 'RUNNING',
    create_time: createdAtMs,
    last_transfer_timestamp: createdAtMs
  }
}

function ofStream(call: Call, world: World, run: (stream: Stream) => ReturnType<Prepared['run']>): Prepared {
  return {
    streamName: call.pathName,
    run() {
      const stream = world.store.find(call.pathName, '', call.projectId)
      return stream instanceof Refusal ? stream : run(stream)
    }
  }
}

function ofTask(
  call: Call,
  world: World,
  run: (stream: Stream, task: TransferTask) => ReturnType<Prepared['run']>
): Prepared {
  return ofStream(call, world, (stream) => {
    const name = call.pathRest[0] ?? ''
    const task = stream.transferTasks.get(name)
    return task === undefined ? refuse('DIS.4300', `there is no task ${name}`) : run(stream, task)
  })
}
