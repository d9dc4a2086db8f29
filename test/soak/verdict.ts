/** The last looks of the judge, when everything has ended: lines, figures over the whole run. */
import type { Application } from './application.ts'
import type { Books, GroupFigures } from './books.ts'
import { groupOf } from './groups.ts'
import type { OnceFigures } from './once.ts'
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
  judgeOnce(books.once.figures(), promises)
  promises.figure('doubled', doubledFigure(books, groups, applications))
  const { read, stored } = books.receipts.records
  promises.look('judged', read > stored / 2, () => `of ${stored} records only ${read} were surely read of`)
  judgeAttempts(promises, applications)
  for (const { plan, accounts } of applications)
    promises.look('judged', accounts.sums.delivered > 0, () => `${plan.name} delivered nothing`)
  promises.look('judged', strikes > 0, () => 'no fault struck')
  return groups
}

function judgeGroup(
  { group, lost, doubled, repeated, overtaken, examples }: GroupFigures,
  promises: Promises,
  applications: readonly Application[]
): void {
  const told = examples.slice(0, 8).join('; ')
  promises.look('lost', lost === 0, () => `${group}: ${lost} lost: ${told}`)
  promises.look('overtaken', overtaken === 0, () => `${group}: ${overtaken} overtaken: ${told}`)
  // In the calm stream every answer comes, and nobody is killed: no line may be doubled there, whatever was read.
  const wrong = isCalm(group, applications) ? doubled : repeated
  promises.look(
    'doubled',
    wrong === 0,
    () => `${group}: ${doubled} doubled, ${wrong} of them without a reason: ${told}`
  )
}

function judgeOnce(figures: readonly OnceFigures[], promises: Promises): void {
  for (const { writer, arrived, got, gotAgain } of figures)
    promises.look(
      'once',
      gotAgain === 0 && got === arrived,
      () => `${writer}: of ${arrived} lines the consumer got ${got}, and ${gotAgain} once more`
    )
  const sum = (value: (each: OnceFigures) => number) =>
    figures.reduce((total, each) => total + value(each), 0)
  promises.figure(
    'once',
    `${sum(({ arrived }) => arrived)} lines with an id arrived, and ${sum(({ cameAgain }) => cameAgain)} times one again; the consumer got ${sum(({ gotAgain }) => gotAgain)} again`
  )
}

function isCalm(group: string, applications: readonly Application[]): boolean {
  return applications.some(({ plan }) => groupOf(plan) === group && plan.stream === 'calm')
}

function doubledFigure(
  { receipts: { records } }: Books,
  groups: readonly GroupFigures[],
  applications: readonly Application[]
): string {
  const sum = (value: (each: GroupFigures) => number) =>
    groups.reduce((total, each) => total + value(each), 0)
  const { read, stored } = records
  const ambiguous = applications.reduce((total, { accounts }) => total + accounts.sums.ambiguous, 0)
  const kills = applications.reduce((total, { kills: times }) => total + times, 0)
  return `${sum(({ doubled }) => doubled)} doubled by ${ambiguous} requests without an answer and ${kills} kills; ${sum(({ repeated }) => repeated)} lines of the ${read} records (of ${stored}) whose answer was surely read`
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
