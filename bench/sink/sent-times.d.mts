export const SENT_AT: string
export function sentTimes(headers: Readonly<Record<string, string | undefined>>, body: Buffer): number[]
