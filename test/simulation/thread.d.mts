/** The types of thread.mjs, for its test. */
export class BrokenThread extends Error {}

export class Thread {
  constructor(file: URL, limits?: { readonly cpuSeconds: number; readonly seconds: number })
  run<Done = unknown>(task: object): Promise<Done>
  stop(): Promise<number>
}
