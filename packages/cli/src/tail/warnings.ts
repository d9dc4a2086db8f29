const REPEAT_MS = 60_000

/** Texts that are remembered. A service may say something else each time. */
const MAX_TEXTS = 100

/** Passes on each text at most once a minute: what fails twice a second is one thing to know. At most 100 texts a minute, too. */
export function onceAMinute(say: (text: string) => void): (text: string) => void {
  const saidAt = new Map<string, number>()
  return (text) => {
    const now = Date.now()
    // In the order in which they were said.
    for (const [old, at] of saidAt) {
      if (now - at < REPEAT_MS) break
      saidAt.delete(old)
    }
    if (saidAt.has(text) || saidAt.size === MAX_TEXTS) return
    saidAt.set(text, now)
    say(text)
  }
}
