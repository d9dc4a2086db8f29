const REPEAT_MS = 60_000

/** Passes on each text at most once a minute: what fails twice a second is one thing to know. */
export function onceAMinute(say: (text: string) => void): (text: string) => void {
  const saidAt = new Map<string, number>()
  return (text) => {
    const now = Date.now()
    if (now - (saidAt.get(text) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return
    saidAt.set(text, now)
    say(text)
  }
}
