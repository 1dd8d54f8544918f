import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fixtures/loopback-fleet.ts'

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
    const other = fleet.write(
      'other.json',
      JSON.stringify({ version: 1, operation: { name: 'reboot', options: {} }, batches: [], rollout: {}, planned: {} }),
    )

    const runs = [
      await maestro('unattended-upgrades', '--plan', rubbish),
      await maestro('unattended-upgrades', '--plan', other),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(runs[1]?.stderr).toContain('a plan of another command or with other options: reboot')
    expect(connections()).toBe(0)
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
    expect(events.map(({ event }) => event)).toEqual(['plan', 'server', 'server', 'end'])
    expect(events.at(-1)).toMatchObject({ version: 1, servers: 2, exitCode: 1 })
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

  it('resume --adopt refuses every run in one line before it asks a server', async () => {
    const run = await maestro('resume', '--adopt', '20261123-091530-k3f9', '--yes')

    expect([run.exitCode, run.stdout]).toEqual([4, ''])
    expect(run.stderr).toContain('resume --adopt is refused for now: a run copy on one server can steer')
  })
})
