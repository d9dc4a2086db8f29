/** Tabs of one list, by the pattern of ARIA: the arrow keys go from one to the next. */
export function startTabs(list: HTMLElement, shown: (panelId: string) => void): void {
  const tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')]
  const show = (chosen: HTMLElement): void => {
    for (const tab of tabs) {
      const isChosen = tab === chosen
      tab.setAttribute('aria-selected', String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '')
      if (panel !== null) panel.hidden = !isChosen
    }
    shown(chosen.getAttribute('aria-controls') ?? '')
  }
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => show(tab))
    tab.addEventListener('keydown', ({ key }) => {
      const places: Readonly<Record<string, number>> = {
        ArrowLeft: at - 1,
        ArrowRight: at + 1,
        Home: 0,
        End: tabs.length - 1
      }
      const next = tabs.at((places[key] ?? Number.NaN) % tabs.length)
      if (places[key] === undefined || next === undefined) return
      show(next)
      next.focus()
    })
  }
}
