export function runTogether<Job, Result>(
  script: URL,
  jobs: readonly Job[],
  options: { readonly timeoutMs: number }
): Promise<Result[]>
