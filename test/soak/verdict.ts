/** The last looks of the judge, when everything has ended: lines, figures over the whole run. */
import type { Application } from './application.ts'
import type { Books, GroupFigures } from './books.ts'
import type { Promises } from './promises.ts'

/** Throttling and outages of a soak make records go often; ten times on the average would be a producer that hammers. */
const MOST_ATTEMPTS = 10

/** Judges what became of the lines; returns the figures of each group. */
export function judgeLines(
  books: Books,
  promises: Promises,
  applications: readonly Application[],
  strikes: number
): GroupFigures[] {
  const groups = books.figures()
  for (const figures of groups) judgeGroup(figures, promises, applications)
  const { altered, misdirected, unknown, arrivals } = books
  const wrong = `${altered} altered, ${misdirected} in a wrong stream, ${unknown} of nobody`
  promises.look('whole', altered + misdirected + unknown === 0, () =>
    [wrong, ...books.wrongLines].join('\n  ')
  )
  const sum = (value: (each: GroupFigures) => number) =>
    groups.reduce((total, each) => total + value(each), 0)
  promises.figure(
    'lost',
    `${sum(({ settled }) => settled)} settled, ${sum(({ lost }) => lost)} lost, ${sum(({ letters }) => letters)} dead letters, ${sum(({ givenUp }) => givenUp)} given up`
  )
  promises.figure('whole', `${arrivals} arrived, ${wrong}`)
  promises.figure('overtaken', `${sum(({ overtaken }) => overtaken)} overtaken`)
  promises.figure('doubled', doubledFigure(groups, applications))
  judgeAttempts(promises, applications)
  for (const { plan, accounts } of applications)
    promises.look('judged', accounts.sums.delivered > 0, () => `${plan.name} delivered nothing`)
  promises.look('judged', strikes > 0, () => 'no fault struck')
  return groups
}

function judgeGroup(
  { group, lost, doubled, overtaken, examples }: GroupFigures,
  promises: Promises,
  applications: readonly Application[]
): void {
  const told = examples.slice(0, 8).join('; ')
  promises.look('lost', lost === 0, () => `${group}: ${lost} lost: ${told}`)
  promises.look('overtaken', overtaken === 0, () => `${group}: ${overtaken} overtaken: ${told}`)
  const allowed = allowedDoubles(group, applications)
  promises.look(
    'doubled',
    doubled <= allowed,
    () => `${group}: ${doubled} doubled, ${allowed} may be: ${told}`
  )
}

/** In the calm stream every answer comes, and nobody is killed: no line may be doubled, whatever was counted. */
function allowedDoubles(group: string, applications: readonly Application[]): number {
  const members = applications.filter(({ plan }) => groupOf(plan) === group)
  return members.some(({ plan }) => plan.stream === 'calm')
    ? 0
    : members.reduce((sum, { accounts }) => sum + accounts.sums.maybeDoubled, 0)
}

function doubledFigure(groups: readonly GroupFigures[], applications: readonly Application[]): string {
  const calm = groups.find(({ group }) => allowedDoubles(group, applications) === 0)
  const all = groups.reduce((sum, { doubled }) => sum + doubled, 0)
  const ambiguous = applications.reduce((sum, { accounts }) => sum + accounts.sums.ambiguous, 0)
  const kills = applications.reduce((sum, { kills: times }) => sum + times, 0)
  return `${all} doubled by ${ambiguous} requests without an answer and ${kills} kills; ${calm?.doubled ?? 0} where there were none`
}

function judgeAttempts(promises: Promises, applications: readonly Application[]): void {
  const sum = (value: (each: Application) => number) =>
    applications.reduce((total, each) => total + value(each), 0)
  const records = Math.max(
    1,
    sum(({ accounts }) => accounts.sums.records)
  )
  const again = sum(({ accounts }) => accounts.sums.retriedRecords)
  promises.within('attempts', 'all', 1 + again / records, MOST_ATTEMPTS, 'attempts for a record')
}

/** Lines of one folder are sent by whoever owns it, so its writers are judged together. */
export function groupOf({ name, spool }: Application['plan']): string {
  return spool === 'shared' ? 'shared folder' : name
}
