import { emptyAnswer } from '../answer.ts'
import type { Action } from '../call.ts'
import { Refusal } from '../errors.ts'

/** Removes a stream with all its records. Cursors into it end with it. */
export const deleteStream: Action = {
  name: 'DeleteStream',
  prepare(call, world) {
    return {
      streamName: call.pathName,
      run: () => {
        const stream = world.store.find(call.pathName, '', call.projectId)
        if (stream instanceof Refusal) return stream
        world.store.remove(stream.seed.name)
        return emptyAnswer(204)
      }
    }
  }
}
