import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'
import { runAtTerminal } from '../support/fixtures/terminal.ts'
import { itNeeds } from '../support/tools.ts'
import {
  type Case,
  type Output,
  onApplication,
  onLab,
  runOnApplication,
  runOnLab,
  writeApplication,
} from './json-cases.ts'

type Event = { readonly event: string; readonly [key: string]: unknown }

const cases = [...onLab, ...onApplication]
const runs = cases.filter(({ events }) => events.includes('server-ended') && events.includes('run-ended'))

let folder: string
let schema: z.ZodType
let outputs: ReadonlyMap<Case, Output>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-json-'))
  const { stdout } = await runMaestro(folder, ['manifest', 'schema', '--events'])
  schema = z.fromJSONSchema(JSON.parse(stdout))
  const done = await Promise.all([runOnLab(join(folder, 'lab')), runOnApplication(join(folder, 'application'))])
  outputs = new Map(done.flat())
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (text: string) => text.split('\n').slice(0, -1)
const eventsIn = (text: string) => linesOf(text).map((line) => JSON.parse(line) as Event)

function outputOf(one: Case | undefined): Output {
  const output = one && outputs.get(one)
  if (output === undefined) throw new Error(`${one?.words} was not run`)
  return output
}

describe.each(cases)('maestro $words --output json', (one) => {
  it('prints events of the published schema, those that belong to it, and its exit code last', () => {
    const { text, exitCode } = outputOf(one)
    const events = eventsIn(text)

    const wrong = events.flatMap((event) => {
      const { error } = schema.safeParse(event)
      return error === undefined ? [] : [`${JSON.stringify(event)}\n${z.prettifyError(error)}`]
    })
    expect(wrong).toEqual([])
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(one.events.split(' ')))
    expect([exitCode, events.at(-1)?.exitCode]).toEqual([one.exitCode, one.exitCode])
    expect(events.filter(({ event }) => event === 'command-ended').length).toBeLessThan(2)
  })
})

describe.each(runs)('maestro $words --output json', (one) => {
  it('prints the very lines of its journal, and beside them the plan and the progress alone', () => {
    const { text, journal } = outputOf(one)
    const events = eventsIn(text).filter(({ event }) => event !== 'command-started' && event !== 'lock')
    const isJournalled = (line: string) => !/"event":"(plan|progress|command-started|lock)"/.test(line)

    expect(journal).toContain(linesOf(text).filter(isJournalled).join('\n'))
    expect(events[0]).toMatchObject({
      event: expect.stringMatching(/^run-(started|resumed)$/),
      run: expect.any(String),
    })
    expect(events[1]).toMatchObject({ event: 'plan' })
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', run: events[0]?.run })
  })
})

describe('maestro runs show --follow --output json', () => {
  it('prints a run that goes on in another process as that process does, but for its progress', () => {
    const [one] = cases.filter(({ words }) => words === 'runs show --follow')
    const own = linesOf(readFileSync(join(folder, 'lab/background'), 'utf8'))
    const withoutTime = (line: string) => line.replace(/"at":"[^"]*"/, '')

    const followed = linesOf(outputOf(one).text)

    const journalled = own.filter((line) => !line.includes('"event":"progress"'))
    expect(followed.slice(0, -1).map(withoutTime)).toEqual(journalled.map(withoutTime))
    expect(followed.length).toBeGreaterThan(6)
  })
})

describe('server-ended', () => {
  it('has what was changed on a server with the evidence, and why another one was not changed', () => {
    const [one] = cases.filter(({ words }) => words.includes('--max-unreachable 1'))

    const ends = eventsIn(outputOf(one).text).filter(({ event }) => event === 'server-ended')

    const upgraded = expect.objectContaining({ upgraded: expect.anything() })
    expect(ends).toMatchObject([
      { server: 'cache-1', outcome: { status: 'unreachable' }, steps: [] },
      {
        server: 'web-1',
        outcome: { status: 'changed' },
        steps: expect.arrayContaining([{ step: 'security-upgrade', status: 'verified', evidence: upgraded }]),
      },
    ])
  })
})

describe('--output json at a terminal', () => {
  itNeeds(['script'])('shows the plan to the person who is asked, and none of it on stdout', async () => {
    const home = join(folder, 'asked')
    writeApplication(home)

    const { exitCode, stdout: screen } = await runAtTerminal(home, {
      args: ['failover', 'switch', 'green', '--output', 'json', '>events'],
      answers: { '(y/N)': 'n\n' },
      env: { XDG_STATE_HOME: join(home, 'state') },
    })

    expect(exitCode).toBe(4)
    expect(screen).toContain('moves from blue (203.0.113.11) to green (203.0.113.111)')
    expect(eventsIn(readFileSync(join(home, 'events'), 'utf8'))).toMatchObject([
      { event: 'command-ended', exitCode: 4, error: { message: 'not confirmed: nothing was changed' } },
    ])
  })
})

describe('the commands that have --output', () => {
  it('are all among these', async () => {
    const { stdout } = await runMaestro(folder, ['manual'])
    const sections = stdout.replaceAll('\\-', '-').split(/^\.S[SH] /m)
    const names = sections
      .filter((text) => text.startsWith('maestro ') && text.includes('\\fB--output\\fR'))
      .map((text) => /^maestro ([a-z-]+(?: [a-z-]+)*)/.exec(text)?.[1] ?? '')

    expect(names.length).toBeGreaterThan(12)
    expect(names.filter((name) => !cases.some(({ words }) => `${words} `.startsWith(`${name} `)))).toEqual([])
  })
})
