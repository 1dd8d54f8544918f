import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBareFleet } from '../support/fixtures/use-bare-fleet.ts'

const bare = useBareFleet()

describe('maestro unattended-upgrades', () => {
  it('changes nothing when facts are unknown, prints the reason of each server, and exits 1', async () => {
    const run = await bare.maestro('unattended-upgrades')

    expect(run.exitCode).toBe(1)
    for (const name of ['web-1', 'web-2']) expect(run.stdout).toMatch(new RegExp(`^(unknown|failed) +${name} `, 'm'))
    expect(readdirSync(bare.state)).toEqual([])
  })

  it('--output json prints one event per line, with each server', async () => {
    const run = await bare.maestro('unattended-upgrades', '--dry-run', '--output', 'json')

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
