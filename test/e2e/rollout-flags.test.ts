import { describe, expect, it } from 'vitest'
import { buildPlanFile } from '../support/builders/build-plan-file.ts'
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
    const other = bare.fleet.write('other.json', JSON.stringify(buildPlanFile({ name: 'reboot', options: {} })))

    const runs = [
      await bare.maestro('unattended-upgrades', '--plan', rubbish),
      await bare.maestro('unattended-upgrades', '--plan', other),
    ]

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(runs[1]?.stderr).toContain('a plan of another command or with other options: reboot')
    expect(bare.connections()).toBe(0)
  })

  const nightly = { name: 'unattended-upgrades', options: { remove: false, hold: [], origins: [] }, service: {} }
  const due = (step: string, change: unknown) => ({ 'web-1': [{ step, verdict: { status: 'due', change } }] })

  it.each([
    ['of another version', { ...buildPlanFile(nightly), version: 2 }, 'version must be 1'],
    ['with an unknown key', { ...buildPlanFile(nightly), foreseen: {} }, 'it has the unknown key "foreseen"'],
    [
      'with an option in place of a version',
      buildPlanFile(nightly, due('unattended-upgrades-package', '-oDPkg::Pre-Invoke=x')),
      'what is planned for web-1, unattended-upgrades-package, cannot be read: it must be the version of a package',
    ],
  ])('rejects a plan file %s, says where, and contacts no server', async (_, plan, message) => {
    const before = bare.connections()
    const path = bare.fleet.write('changed.json', JSON.stringify(plan))

    const run = await bare.maestro('unattended-upgrades', '--plan', path)

    expect([run.exitCode, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain(message)
    expect(run.stderr).toContain('start it again')
    expect(run.stderr).not.toContain('    at ')
    expect(bare.connections()).toBe(before)
  })
})
