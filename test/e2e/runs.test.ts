import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fixtures/loopback-fleet.ts'

const run = '20261123-091530-k3f9'
const at = '2026-11-23T09:15:30.000Z'
const about = { run, owner: 'ana@ops', maestroVersion: '0.0.0', command: 'reboot', manifest: '/m.yml' }

let fleet: Fleet
let state: string
beforeAll(async () => {
  fleet = await startFleet({})
  state = mkdtempSync(join(tmpdir(), 'maestro-state-'))
  const names = Array.from({ length: 30 }, (_, index) => `web-${index + 10}`)
  const why = 'colours \u009b31m and \u001b[31m'
  write(run, [
    { event: 'run-started', ...about },
    ...names.map((server) => ({ event: 'server-ended', server, outcome: { status: 'failed', why }, steps: [] })),
  ])
  mkdirSync(`${state}/maestro/runs/20261123-101530-dead`)
})
afterAll(() => fleet.end())

const maestro = (...args: string[]) => fleet.maestro(args, { env: { XDG_STATE_HOME: state } })

function write(name: string, events: readonly object[]): void {
  const folder = `${state}/maestro/runs/${name}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    `${folder}/events.ndjson`,
    events.map((event) => `${JSON.stringify({ version: 1, at, ...event })}\n`).join(''),
  )
}

describe('maestro runs', () => {
  it('lists every run, also one that was killed before it started', async () => {
    const { exitCode, stdout } = await maestro('runs')

    expect(exitCode).toBe(0)
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^20261123-101530-dead .*killed before it started/),
      expect.stringMatching(/^20261123-091530-k3f9 .*30 failed/),
    ])
  })

  it('escapes control sequences of a server in every format', async () => {
    const shown = await Promise.all(
      [
        ['show', run],
        ['show', run, '--output', 'json'],
        ['logs', 'web-10', '--run', run, '--output', 'json'],
      ].map((args) => maestro('runs', ...args)),
    )

    expect(shown.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    for (const { stdout } of shown) expect(stdout).not.toMatch(/[\u001b\u0080-\u009f]/)
    const [event] = (shown[2]?.stdout ?? '').split('\n')
    expect(JSON.parse(event ?? '')).toMatchObject({ version: 1, event: 'server-ended', server: 'web-10', at })
  })

  it('show --follow prints what there is of a run that was broken off, says so, and is exit 1', async () => {
    const table = await maestro('runs', 'show', run, '--follow')
    const json = await maestro('runs', 'show', run, '--follow', '--output', 'json')
    const dead = await maestro('runs', 'show', '20261123-101530-dead', '--follow')

    expect([table, json, dead].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1])
    const lines = table.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}\+0\.0 s +run-started$/)
    expect(lines[1]).toMatch(/ web-10: ended failed: colours \\u\{9b\}31m and /)
    expect(lines.at(-1)).toBe(`run ${run} was broken off: its process is gone; resume with: maestro resume ${run}`)
    const events = json.stdout.trimEnd().split('\n').slice(-2)
    expect(events.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'run-broken-off', run },
      { event: 'command-ended', exitCode: 1 },
    ])
    expect(dead.stdout).toBe('run 20261123-101530-dead was broken off before it began: nothing was done\n')
  })

  it('logs suggests a server for a misspelt name, and does not list all of them', async () => {
    const { exitCode, stderr } = await maestro('runs', 'logs', 'wep-12', '--run', run)

    expect(exitCode).toBe(2)
    expect(stderr).toContain('has nothing of wep-12; did you mean web-1')
    expect(stderr).toContain('web-19 and 20 more')
  })
})
