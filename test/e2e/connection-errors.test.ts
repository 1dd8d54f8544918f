import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultyServers } from '../support/fixtures/faulty-servers.ts'
import { type Fleet, type Run, startFleet } from '../support/fixtures/loopback-fleet.ts'
import { itNeeds } from '../support/tools.ts'

describe('status and reboot-status on unusual servers', () => {
  const itWithShells = itNeeds(['csh', 'fish'])

  itWithShells('read the same through csh and fish as through sh', async () => {
    const fleet = await startFleet({ 'csh-1': { loginShell: 'csh' }, 'fish-1': { loginShell: 'fish' }, 'sh-1': {} })

    const { stdout } = await fleet.maestro(['reboot-status'])

    const told = [...stdout.matchAll(/^(not due|due|unknown) +(csh|fish|sh)-1 .*?( {2,}\S[^\n]*)?$/gm)]
    expect(told.map(([, , name]) => name).sort()).toEqual(['csh', 'fish', 'sh'])
    expect(new Set(told.map(([, state]) => state)).size).toBe(1)
    await fleet.end()
  })

  it('read the same under any locale', async () => {
    const turkish = { LC_ALL: 'tr_TR.UTF-8', LANG: 'de_DE.ISO-8859-1', LANGUAGE: 'de' }
    const fleet = await startFleet({ 'here-1': {}, 'there-1': { env: turkish } })

    const { stdout } = await fleet.maestro(['status', '--output', 'json'])

    const [here, there] = stdout
      .split('\n')
      .slice(1, 3)
      .map((line) => JSON.parse(line).facts)
    // One is looked at a moment later than the other.
    const listsAgeSeconds = here.upgrades.value.listsAgeSeconds && expect.any(Number)
    expect(there.upgrades).toEqual({ ...here.upgrades, value: { ...here.upgrades.value, listsAgeSeconds } })
    expect(there.kernel).toEqual(here.kernel)
    await fleet.end()
  })

  it('are unknown when the server has no system files', async () => {
    const fleet = await startFleet({ 'bare-1': { env: { MAESTRO_ROOT: '/nowhere' } } })

    const table = await fleet.maestro(['reboot-status', '--exit-code'])
    const json = await fleet.maestro(['status', '--output', 'json'])

    const { facts } = JSON.parse(json.stdout.split('\n')[1] ?? '')
    expect(facts.identity).toMatchObject({ status: 'unknown', why: expect.stringContaining('machine-id') })
    expect(table.stdout).toMatch(/^unknown +bare-1 /m)
    expect(table.exitCode).toBe(10)
    await fleet.end()
  })
})

describe('status and reboot-status on faulty servers', () => {
  let fleet: Fleet
  let table: Run
  let json: Run
  beforeAll(async () => {
    const bad = Object.fromEntries(Object.entries(faultyServers).map(([name, [options]]) => [name, options]))
    fleet = await startFleet({ ...bad, 'noisy-1': { behaviour: 'noisy' }, 'well-1': {} })
    table = await fleet.maestro(['reboot-status'])
    json = await fleet.maestro(['status', '--output', 'json'])
  }, 60_000)
  afterAll(() => fleet.end())

  it.each(Object.entries(faultyServers))('print one line with the error of %s', (name, [, state, words]) => {
    const lines = table.stdout.split('\n').filter((line) => new RegExp(`^\\w+ +${name} `).test(line))

    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^${state} `))
    expect(lines[0]).toContain(words)
  })

  it.each(['well-1', 'noisy-1'])('still print the facts of %s', (name) => {
    expect(table.stdout).toMatch(new RegExp(`^(due|not due|unknown) +${name} `, 'm'))
  })

  it('exit 1 when a server failed', () => {
    expect(table.exitCode).toBe(1)
    expect(json.exitCode).toBe(1)
  })

  it('escape control characters of a server', () => {
    expect(table.stdout).toContain('not available.\\u{1b}[2J')
    expect(table.stdout + table.stderr + json.stdout).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('print a JSON event per server, and end last', () => {
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

    expect(events[0]).toMatchObject({ version: 1, event: 'command-started', command: 'status', servers: 12 })
    expect(events.at(-1)).toMatchObject({ event: 'command-ended', exitCode: 1 })
    expect(
      events
        .filter(({ event }) => event === 'server')
        .map(({ server }) => server)
        .sort(),
    ).toEqual([...Object.keys(faultyServers), 'noisy-1', 'well-1'].sort())
    expect(events.find(({ server }) => server === 'kex-1').error.kind).toBe('kex')
  })

  it('exit 3 when servers are unreachable and none failed, and 0 without them', async () => {
    const some = await fleet.maestro(['reboot-status', '--server', 'gone-1,well-1'])
    const none = await fleet.maestro(['reboot-status', '--server', 'well-1'])

    expect([some.exitCode, none.exitCode]).toEqual([3, 0])
  })

  it('print only problems with --quiet, and nothing on stderr', async () => {
    const run = await fleet.maestro(['reboot-status', '--quiet', '--server', 'gone-1'])
    const well = await fleet.maestro(['reboot-status', '--quiet', '--server', 'noisy-1'])

    expect(run.stdout).toContain('gone-1')
    expect([run.stderr, well.stderr]).toEqual(['', ''])
    expect(well.stdout).not.toMatch(/^(due|not due) /m)
  })

  it('end within the timeout for a server that says nothing, and stop on SIGINT', async () => {
    const frozen = await startFleet({ 'frozen-1': { behaviour: 'frozen' } })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1_500)

    const run = await frozen.interrupted(['reboot-status'], controller.signal)

    expect(run.exitCode).toBe(130)
    expect(run.stderr).toContain('stopping (SIGINT)')
    expect(run.stdout).toMatch(/^skipped +frozen-1/m)
    await frozen.end()
  })
})
