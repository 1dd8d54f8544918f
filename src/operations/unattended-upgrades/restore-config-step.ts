import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import type { Look, Nightly } from '../../remote/facts/facts.ts'
import { isOurs, ourFile } from './desired-config.ts'
import { differenceBack } from './diff.ts'
import { groundOf, parts } from './preconditions.ts'

type Back = {
  readonly changes: readonly string[]
  readonly disable: readonly string[]
  readonly stop: readonly string[]
}

/** Takes our file away and gives the timers back the state that they had before the first run. */
export const settingsBackStep: Step<Back, Back> = {
  id: 'unattended-upgrades-settings-back',
  effect: 'changes',
  parts,
  foresee,
  describe: ({ changes, disable, stop }) => [
    ...changes,
    ...stop.map((unit) => `stop ${unit}`),
    ...disable.map((unit) => `disable ${unit}`),
  ],
  before: async (_, back) => back,
  settled: async (at) => {
    const verdict = foresee(await at.look(parts))
    if (verdict.is === 'due') return 'no'
    return verdict.is === 'not-due' ? 'yes' : 'unknown'
  },
  act: async (at, { disable, stop }) => {
    await at.ask({
      files: ['unattended-upgrades/snapshot.sh', 'unattended-upgrades/restore.sh'],
      inputs: { disable: disable.join(' '), stop: stop.join(' ') },
      asRoot: true,
      timeoutMs: 120_000,
    })
  },
  prove: async (at, { disable, stop }) => {
    const ground = groundOf(await at.look(parts))
    if ('is' in ground) throw new MaestroError(ground.why)
    const { ours, timers } = ground.nightly
    if (ours !== undefined) throw new MaestroError(`${ourFile} is still there`)
    const wrong = timers.find(
      (one) => (stop.includes(one.unit) && one.isActive) || (disable.includes(one.unit) && one.isEnabled),
    )
    if (wrong !== undefined)
      throw new MaestroError(`${wrong.unit} is not as it was before maestro`, {
        hint: `see \`systemctl status ${wrong.unit}\``,
      })
    return { removed: ourFile, disabled: disable, stopped: stop }
  },
}

function foresee(look: Look) {
  const ground = groundOf(look)
  if ('is' in ground) return ground
  const { ours, was } = ground.nightly
  if (ours !== undefined && !isOurs(ours)) return { is: 'blocked', why: `${ourFile} is not maestro's` } as const
  if (ours === undefined && was.timers === undefined)
    return { is: 'not-due', why: 'maestro has set up no nightly upgrades here' } as const
  return { is: 'due', what: back(ground.nightly) } as const
}

function back(nightly: Nightly): Back {
  const before = (unit: string) => nightly.was.timers?.find((one) => one.unit === unit)
  const units = (isChanged: (unit: string) => boolean) => nightly.timers.map(({ unit }) => unit).filter(isChanged)
  const now = (name: string) => nightly.timers.find(({ unit }) => unit === name)
  return {
    changes: nightly.ours === undefined ? [] : [`- ${ourFile}`, ...differenceBack(nightly)],
    disable: units((unit) => before(unit)?.isEnabled === false && now(unit)?.isEnabled === true),
    stop: units((unit) => before(unit)?.isActive === false && now(unit)?.isActive === true),
  }
}
