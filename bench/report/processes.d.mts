export interface Process {
  readonly startedAt: number
  readonly endedAt: number
  readonly mainUs: number
  readonly workerUs: number
  readonly allUs: number
  readonly peakMb: number
}

export interface Together {
  readonly linesPerSecond: number
  readonly mainUs: number
  readonly workerUs: number
  readonly allUs: number
  readonly peakMb: number
  readonly sumMb: number
  readonly lost: number
}

export function togetherOf(each: readonly Process[], total: number, arrived: number): Together
