import { describe, expect, it } from 'vitest'
import { renderCure } from '../../../packages/core/src/report/cure.ts'

const FLAGS: Readonly<Record<string, string>> = {
  region: '--region',
  signing: '--signing',
  ordered: '--ordered'
}

/** A command line that has three of the options. */
function flagOf(option: string, value: string | undefined): string | undefined {
  const flag = FLAGS[option]
  if (flag === undefined || value === undefined || value === 'true') return flag
  return `${flag} ${value.replaceAll("'", '')}`
}

describe('a cure for users of the library', () => {
  it.each([
    ['nothing in it', 'nothing in it'],
    ['check {region} and {batch.lingerMs}', 'check region and batch.lingerMs'],
    ["use {signing: 'dis'}, or {ordered: true}", "use signing: 'dis', or ordered: true"],
    ['set {region|DIS_REGION}', 'set region or DIS_REGION'],
    ['set {region|endpoint|DIS_REGION}', 'set region, endpoint or DIS_REGION'],
    ['set {credentials|AK and SK|TOKEN}', 'set credentials, or AK and SK, or TOKEN'],
    ['wait; or raise {spool.maxBytes}', 'wait; or raise spool.maxBytes'],
    // An object in prose is no placeholder.
    [
      'allowed: { token }, { profile: path | true } or {}',
      'allowed: { token }, { profile: path | true } or {}'
    ]
  ])('%s', (cure, prose) => {
    expect(renderCure(cure)).toBe(prose)
  })
})

describe('a cure for a front end with names of its own', () => {
  it.each([
    ['check {region}', 'check --region'],
    ["use {signing: 'dis'}", 'use --signing dis'],
    ['set {ordered: true}', 'set --ordered'],
    ['set {region|DIS_REGION}', 'set --region or DIS_REGION'],
    // A way that it does not have is left out where there is another one.
    ['set {credentials|AK and SK|TOKEN}', 'set AK and SK, or TOKEN'],
    ['set {http.proxy|HTTPS_PROXY}', 'set HTTPS_PROXY'],
    // So is a clause without any.
    ['wait; or raise {spool.maxBytes}', 'wait'],
    ['raise {spool.maxBytes}; or wait', 'wait'],
    ['check {region}; raise {spool.maxBytes}; wait', 'check --region; wait'],
    // Rather the library's name than no word.
    ['raise {spool.maxBytes}', "raise the library's option spool.maxBytes"]
  ])('%s', (cure, prose) => {
    expect(renderCure(cure, flagOf)).toBe(prose)
  })
})
