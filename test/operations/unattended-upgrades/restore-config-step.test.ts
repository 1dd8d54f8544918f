import { describe, expect, it } from 'vitest'
import { restoreConfigStep } from '../../../src/operations/unattended-upgrades/restore-config-step.ts'
import type { PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import {
  buildPeriodicFacts,
  buildTimer,
  buildTimers,
  configuredUpgrades,
} from '../../support/builders/build-periodic-upgrades.ts'
import { fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const ours = '/etc/apt/apt.conf.d/52maestro-unattended-upgrades'
const upgrade = 'apt-daily-upgrade.timer'
const was = (isEnabled: boolean, isActive: boolean) => ({
  timers: [
    { unit: 'apt-daily.timer', isEnabled: true, isActive: true },
    { unit: upgrade, isEnabled, isActive },
  ],
  packages: [],
  proved: undefined,
})
const plan = (parts: Partial<PeriodicUpgrades>) => restoreConfigStep.plan(buildPeriodicFacts(parts))
const contextOver = (parts: Partial<PeriodicUpgrades>) => ({
  ...fakeServerContext([{}]).ctx,
  gatherFacts: async () => buildPeriodicFacts(parts),
})

describe('restoreConfigStep: plan', () => {
  it('removes our file and restores the timers', () => {
    const verdict = plan(configuredUpgrades({ was: was(false, false) }))

    expect(verdict).toEqual({ status: 'due', change: { changes: [`- ${ours}`], disable: [upgrade], stop: [upgrade] } })
    expect(verdict.status === 'due' && restoreConfigStep.describe(verdict.change)).toEqual([
      `- ${ours}`,
      `stop ${upgrade}`,
      `disable ${upgrade}`,
    ])
  })

  it('names a file of an administrator that takes effect again', () => {
    const file = { path: '/etc/apt/apt.conf.d/51local', text: 'Unattended-Upgrade::Automatic-Reboot "true";' }

    expect(plan(configuredUpgrades({ files: [file] }))).toMatchObject({
      change: {
        changes: [`- ${ours}`, `~ Unattended-Upgrade::Automatic-Reboot "false" -> "true" (${file.path})`],
      },
    })
  })

  it.each<[string, Partial<PeriodicUpgrades>]>([
    ['were running', { was: was(true, true) }],
    ['are stopped by now', { was: was(false, false), timers: buildTimers({ isEnabled: false, isActive: false }) }],
    ['were never noted', { was: { timers: undefined, packages: [], proved: undefined } }],
  ])('leaves timers alone that %s', (_, parts) => {
    expect(plan(configuredUpgrades(parts))).toMatchObject({ change: { disable: [], stop: [] } })
  })

  it('restores from the note alone when our file is gone', () => {
    expect(plan({ was: was(false, true) })).toEqual({
      status: 'due',
      change: { changes: [], disable: [upgrade], stop: [] },
    })
  })

  it('is done where maestro configured nothing', () => {
    expect(plan({})).toEqual({ status: 'not-due', why: 'maestro has set up no nightly upgrades here' })
  })

  it('leaves a file of our name alone that maestro did not write', () => {
    expect(plan({ ours: 'A "1";\n' })).toEqual({ status: 'blocked', why: `${ours} is not maestro's` })
  })
})

describe('restoreConfigStep: verify and status', () => {
  const back = { changes: [`- ${ours}`], disable: [upgrade], stop: [upgrade] }

  it('verify gathers the facts again', async () => {
    const at = contextOver({ timers: buildTimers({ isEnabled: false, isActive: false }) })

    expect(await restoreConfigStep.verify(at, back)).toEqual({ removed: ours, disabled: [upgrade], stopped: [upgrade] })
  })

  it.each<[string, Partial<PeriodicUpgrades>, string]>([
    ['our file is still there', configuredUpgrades(), `${ours} is still there`],
    [
      'a timer still runs',
      { timers: [buildTimer(upgrade, { isEnabled: false })] },
      `${upgrade} is not as it was before`,
    ],
    [
      'a timer is still enabled',
      { timers: [buildTimer(upgrade, { isActive: false })] },
      `${upgrade} is not as it was before`,
    ],
  ])('verify fails while %s', async (_, parts, why) => {
    await expect(restoreConfigStep.verify(contextOver(parts), back)).rejects.toThrow(why)
  })

  it.each<[string, Partial<PeriodicUpgrades>]>([
    ['no', configuredUpgrades()],
    ['yes', {}],
    ['unknown', { ours: 'A "1";\n' }],
  ])('status returns %s from the facts alone', async (status, parts) => {
    expect(await restoreConfigStep.status(contextOver(parts), back)).toBe(status)
  })
})
