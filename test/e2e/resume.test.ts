import { describe, expect, it } from 'vitest'
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

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 2, 2, 2])
    expect(runs[0]?.stderr).toContain('no runs yet')
  })
})

describe('resume --adopt', () => {
  it('refuses every run in one line, without contacting a server', async () => {
    const run = await bare.maestro('resume', '--adopt', '20261123-091530-k3f9', '--yes')

    expect([run.exitCode, run.stdout]).toEqual([4, ''])
    expect(run.stderr).toContain('resume --adopt is refused for now: a run copy on one server can steer')
  })
})
