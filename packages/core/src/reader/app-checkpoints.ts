/** Checkpoints that DIS keeps for an app. */
import { DisRequestError } from '../errors.ts'
import type { DisClient } from './client.ts'
import type { ConsumerState } from './operator-answers.ts'
import type { CheckpointStore } from './progress.ts'

/** There is no app of that name. */
const NO_APP = 'DIS.4332'
/** There is one already. */
const APP_EXISTS = 'DIS.4330'

type Client = Pick<DisClient, 'commitCheckpoint' | 'consumerStates' | 'createApp'>

export class AppCheckpoints implements CheckpointStore {
  readonly #client: () => Client
  readonly #app: string
  /** One call tells of all partitions. */
  #loading: Promise<readonly ConsumerState[]> | undefined

  constructor(client: () => Client, app: string) {
    this.#client = client
    this.#app = app
  }

  /** Of a new app there are none. */
  async load(partitionId: string): Promise<string | undefined> {
    this.#loading ??= this.#load()
    const states = await this.#loading
    return states.find((state) => state.partitionId === partitionId)?.sequenceNumber
  }

  async save(partitionId: string, sequenceNumber: string): Promise<void> {
    try {
      await this.#client().commitCheckpoint(this.#app, partitionId, sequenceNumber)
    } catch (error) {
      if (!isCode(error, NO_APP)) throw error
      await this.#makeApp()
      await this.#client().commitCheckpoint(this.#app, partitionId, sequenceNumber)
    }
  }

  async #load(): Promise<readonly ConsumerState[]> {
    try {
      return await this.#client().consumerStates(this.#app)
    } catch (error) {
      if (isCode(error, NO_APP)) return []
      throw error
    } finally {
      this.#loading = undefined
    }
  }

  async #makeApp(): Promise<void> {
    await this.#client()
      .createApp(this.#app)
      .catch((error: unknown) => {
        // Another partition's checkpoint, or another consumer, was faster.
        if (!isCode(error, APP_EXISTS)) throw error
      })
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof DisRequestError && error.serviceCode === code
}
