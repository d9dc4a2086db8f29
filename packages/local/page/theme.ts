import { byId } from './elements.ts'

const NAMES = ['system', 'light', 'dark'] as const

/** The choice of light or dark, kept for the next time. `changed` is called when the colours are others. */
export function startTheme(changed: () => void): void {
  const choice = byId('theme', HTMLSelectElement)
  const set = (name: string): void => {
    const theme = NAMES.find((known) => known === name) ?? 'system'
    document.documentElement.dataset['theme'] = theme
    choice.value = theme
    keep(theme)
    changed()
  }
  set(kept())
  choice.addEventListener('change', () => set(choice.value))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed)
}

// A browser may forbid to keep anything.
function kept(): string {
  try {
    return localStorage.getItem('dis-viewer-theme') ?? 'system'
  } catch {
    return 'system'
  }
}

function keep(theme: string): void {
  try {
    localStorage.setItem('dis-viewer-theme', theme)
  } catch {}
}
