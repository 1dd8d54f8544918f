import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRollout } from '../run/in-memory.ts'
import { type Fleet, startFleet } from './a-fleet.ts'

// Scripts run on this very computer: a root that is not there keeps what they would change away from it.
const nowhere = { env: { MAESTRO_ROOT: '/nowhere' } }
let fleet: Fleet
let state: string
beforeAll(async () => {
  fleet = await startFleet({ 'web-1': nowhere, 'web-2': nowhere })
  state = mkdtempSync(join(tmpdir(), 'maestro-state-'))
})
afterAll(() => fleet.end())

const maestro = (...args: string[]) => fleet.maestro(args, { env: { XDG_STATE_HOME: state } })
const aPlan = (operation: object, planned: object = {}) => ({
  version: 1,
  operation,
  rollout: aRollout,
  batches: [],
  planned,
})
const connections = () => Object.values(fleet.servers).reduce((sum, server) => sum + server.connections(), 0)

describe('a command that changes servers', () => {
  it('names every flag that is wrong, and contacts nobody', async () => {
    const run = await maestro(
      'security-upgrade',
      '--max-unavailable',
      'lots',
      '--canary',
      'one',
      '--window',
      'sometimes',
    )

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(/--canary "one".*--max-unavailable "lots".*--window "sometimes"/s)
    expect(connections()).toBe(0)
  })

  it('takes no plan that is none, or of another command', async () => {
    const rubbish = fleet.write('rubbish.json', 'rubbish')
    const other = fleet.write('other.json', JSON.stringify(aPlan({ name: 'reboot', options: {} })))

    const runs = [
      await maestro('unattended-upgrades', '--plan', rubbish),
      await maestro('unattended-upgrades', '--plan', other),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(runs[1]?.stderr).toContain('a plan of another command or with other options: reboot')
    expect(connections()).toBe(0)
  })

  const nightly = { name: 'unattended-upgrades', options: { remove: false, hold: [], origins: [] }, service: {} }
  const due = (step: string, change: unknown) => ({ 'web-1': [{ step, verdict: { status: 'due', change } }] })

  it.each([
    ['of another version', { ...aPlan(nightly), version: 2 }, 'version must be 1'],
    ['with a key that is not known', { ...aPlan(nightly), foreseen: {} }, 'it has the unknown key "foreseen"'],
    [
      'with an option in place of a version',
      aPlan(nightly, due('unattended-upgrades-package', '-oDPkg::Pre-Invoke=x')),
      'what is planned for web-1, unattended-upgrades-package, cannot be read: it must be the version of a package',
    ],
  ])('takes no plan %s, says where, and contacts nobody', async (_, plan, words) => {
    const before = connections()
    const path = fleet.write('changed.json', JSON.stringify(plan))

    const run = await maestro('unattended-upgrades', '--plan', path)

    expect([run.exitCode, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain(words)
    expect(run.stderr).toContain('start it again')
    expect(run.stderr).not.toContain('    at ')
    expect(connections()).toBe(before)
  })

  it('asks for no password where nobody is there, and reads none that others can read', async () => {
    const open = fleet.write('open', 'secret', 0o644)
    const env = { XDG_STATE_HOME: state, MAESTRO_SUDO_PASSWORD_FILE: open }

    const runs = [await maestro('status', '--ask-sudo-password'), await fleet.maestro(['status'], { env })]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 4])
    expect(runs[0]?.stderr).toContain('MAESTRO_SUDO_PASSWORD_FILE')
    expect(runs[1]?.stderr).toMatch(/the password file .*0600\b|chmod/s)
    expect(runs[1]?.stderr).not.toContain('secret')
  })

  it('changes nothing where it cannot tell what is due, says why of each server, and is exit 1', async () => {
    const run = await maestro('unattended-upgrades')

    expect(run.exitCode).toBe(1)
    for (const name of ['web-1', 'web-2']) expect(run.stdout).toMatch(new RegExp(`^(unknown|failed) +${name} `, 'm'))
    expect(readdirSync(state)).toEqual([])
  })

  it('tells the same as JSON, an event a line, each server in it', async () => {
    const run = await maestro('unattended-upgrades', '--dry-run', '--output', 'json')

    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual([
      'command-started',
      'plan',
      'server-ended',
      'server-ended',
      'command-ended',
    ])
    expect(events[0]).toMatchObject({ version: 1, command: 'unattended-upgrades', servers: 2 })
    expect(events.at(-1)).toMatchObject({ version: 1, exitCode: 1 })
  })
})

describe('what was done before', () => {
  it('is nothing where nothing was done, and there is nothing to go on with', async () => {
    const runs = [
      await maestro('runs'),
      await maestro('resume'),
      await maestro('resume', '--adopt', 'x'),
      await maestro('runs', 'show'),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 2, 2, 2])
    expect(runs[0]?.stderr).toContain('no runs yet')
  })

  const snapshot = { packages: ['-oDPkg::Pre-Invoke=x'] }
  const reboot = { force: true, follows: false, downTimeoutMs: 1, upTimeoutMs: 1, readyTimeoutMs: 1, stableTimeMs: 1 }

  it.each([
    [
      'an operation that is none',
      { name: 'constructor', options: {} },
      'this maestro knows no operation "constructor"',
    ],
    [
      'options of another version',
      { name: 'reboot', options: { force: true } },
      'the options of the operation reboot cannot be read: follows is missing',
    ],
    [
      'a snapshot that is none',
      { name: 'reboot', options: reboot },
      'what the journal has of web-1, reboot, cannot be read: machineId is missing',
    ],
  ])('resume refuses %s in words, and contacts nobody', async (_, operation, words) => {
    const run = '20261123-091530-k3f9'
    const folder = join(state, 'maestro/runs', run)
    mkdirSync(folder, { recursive: true })
    const begun = {
      event: 'run-started',
      owner: 'ana@ops',
      version: '0',
      command: 'reboot',
      manifest: join(fleet.folder, 'Manifest.yml'),
    }
    const lines = [begun, { event: 'step-started', server: 'web-1', step: 'reboot', snapshot }]
    const at = '2026-11-23T09:15:30.000Z'
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...aPlan(operation), batches: [['web-1']] }))
    writeFileSync(join(folder, 'events.ndjson'), lines.map((line) => `${JSON.stringify({ at, ...line })}\n`).join(''))
    const before = connections()

    const resumed = await maestro('resume', run)
    rmSync(join(state, 'maestro'), { recursive: true })

    expect([resumed.exitCode, resumed.stdout]).toEqual([2, ''])
    expect(resumed.stderr).toContain(words)
    expect(resumed.stderr).not.toContain('    at ')
    expect(connections()).toBe(before)
  })

  it('resume --adopt refuses every run in one line before it asks a server', async () => {
    const run = await maestro('resume', '--adopt', '20261123-091530-k3f9', '--yes')

    expect([run.exitCode, run.stdout]).toEqual([4, ''])
    expect(run.stderr).toContain('resume --adopt is refused for now: a run copy on one server can steer')
  })
})
