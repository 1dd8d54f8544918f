import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildPlanFile } from '../support/builders/build-plan-file.ts'
import { useBareFleet } from '../support/fixtures/use-bare-fleet.ts'

const bare = useBareFleet()

describe('maestro runs and resume', () => {
  it('report that there are no runs', async () => {
    const runs = [
      await bare.maestro('runs'),
      await bare.maestro('resume'),
      await bare.maestro('resume', '--adopt', 'x'),
      await bare.maestro('runs', 'show'),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 2, 4, 2])
    expect(runs[0]?.stderr).toContain('no runs yet')
  })
})

describe('maestro resume', () => {
  const snapshot = { packages: ['-oDPkg::Pre-Invoke=x'] }
  const reboot = { force: true, follows: false, downTimeoutMs: 1, upTimeoutMs: 1, readyTimeoutMs: 1, stableTimeMs: 1 }

  it.each([
    ['an unknown operation', { name: 'constructor', options: {} }, 'this maestro knows no operation "constructor"'],
    [
      'options of another version',
      { name: 'reboot', options: { force: true } },
      'the options of the operation reboot cannot be read: follows is missing',
    ],
    [
      'an invalid snapshot',
      { name: 'reboot', options: reboot },
      'what the journal has of web-1, reboot, cannot be read: machineId is missing',
    ],
  ])('refuses %s, and contacts no server', async (_, operation, message) => {
    const run = '20261123-091530-k3f9'
    const folder = join(bare.state, 'maestro/runs', run)
    mkdirSync(folder, { recursive: true })
    const started = {
      event: 'run-started',
      run,
      owner: 'ana@ops',
      maestroVersion: '1.0.0',
      command: 'reboot',
      manifest: join(bare.fleet.folder, 'Manifest.yml'),
    }
    const events = [started, { event: 'step-started', server: 'web-1', step: 'reboot', snapshot }]
    const stamp = { version: 1, at: '2026-11-23T09:15:30.000Z' }
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...buildPlanFile(operation), batches: [['web-1']] }))
    writeFileSync(
      join(folder, 'events.ndjson'),
      events.map((event) => `${JSON.stringify({ ...stamp, ...event })}\n`).join(''),
    )
    const before = bare.connections()

    const resumed = await bare.maestro('resume', run)
    rmSync(join(bare.state, 'maestro'), { recursive: true })

    expect([resumed.exitCode, resumed.stdout]).toEqual([2, ''])
    expect(resumed.stderr).toContain(message)
    expect(resumed.stderr).not.toContain('    at ')
    expect(bare.connections()).toBe(before)
  })
})

describe('resume --adopt', () => {
  it.each([{ args: ['20261123-091530-k3f9', '--yes'] }, { args: ['last'] }, { args: [] }])(
    'refuses every run in one line, without contacting a server: $args',
    async ({ args }) => {
      const run = await bare.maestro('resume', '--adopt', ...args)

      expect([run.exitCode, run.stdout]).toEqual([4, ''])
      expect(run.stderr).toContain('resume --adopt is refused for now: a run copy on one server can steer')
    },
  )
})
