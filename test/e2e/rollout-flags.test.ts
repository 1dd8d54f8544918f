import { describe, expect, it } from 'vitest'
import { useBareFleet } from '../support/fixtures/use-bare-fleet.ts'

const bare = useBareFleet()

describe('security-upgrade --canary, --max-unavailable and --window', () => {
  it('names every invalid flag, without contacting a server', async () => {
    const run = await bare.maestro(
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
    expect(bare.connections()).toBe(0)
  })
})

describe('unattended-upgrades --plan', () => {
  it('rejects an invalid plan file and one of another command', async () => {
    const rubbish = bare.fleet.write('rubbish.json', 'rubbish')
    const other = bare.fleet.write(
      'other.json',
      JSON.stringify({ version: 1, operation: { name: 'reboot', options: {} }, batches: [], rollout: {}, planned: {} }),
    )

    const runs = [
      await bare.maestro('unattended-upgrades', '--plan', rubbish),
      await bare.maestro('unattended-upgrades', '--plan', other),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(runs[1]?.stderr).toContain('a plan of another command or with other options: reboot')
    expect(bare.connections()).toBe(0)
  })
})
