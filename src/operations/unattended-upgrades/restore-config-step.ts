import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { unitName } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { PeriodicUpgrades } from '../../remote/facts/periodic.ts'
import { isOurs, ourFile } from './desired-config.ts'
import { diffBack } from './diff.ts'
import { preconditionFacts as facts, preconditionsIn } from './preconditions.ts'

type RestoreChange = {
  readonly changes: readonly string[]
  readonly disable: readonly string[]
  readonly stop: readonly string[]
}

const restoreChange: Schema<RestoreChange> = lazily(() =>
  z.strictObject({ changes: list(text()), disable: list(word(unitName)), stop: list(word(unitName)) }),
)

type RestoreEvidence = {
  readonly removed: string
  readonly disabled: readonly string[]
  readonly stopped: readonly string[]
}

const restoreEvidence: Schema<RestoreEvidence> = lazily(() =>
  z.strictObject({ removed: text(), disabled: list(word(unitName)), stopped: list(word(unitName)) }),
)

/** Takes our file away and gives the timers back the state that they had before the first run. */
export const restoreConfigStep: Step = defineStep({
  schemas: { change: restoreChange, snapshot: restoreChange, evidence: restoreEvidence },
  id: 'unattended-upgrades-settings-back',
  effect: 'changes',
  facts,
  plan,
  describe: ({ changes, disable, stop }) => [
    ...changes,
    ...stop.map((unit) => `stop ${unit}`),
    ...disable.map((unit) => `disable ${unit}`),
  ],
  snapshot: async (_, back) => back,
  status: async (ctx) => {
    const verdict = plan(await ctx.gatherFacts(facts))
    if (verdict.status === 'due') return 'no'
    return verdict.status === 'not-due' ? 'yes' : 'unknown'
  },
  apply: async (ctx, { disable, stop }) => {
    await ctx.run({
      files: ['unattended-upgrades/snapshot.sh', 'unattended-upgrades/restore.sh'],
      inputs: { disable: disable.join(' '), stop: stop.join(' ') },
      asRoot: true,
      timeoutMs: 120_000,
    })
  },
  verify: async (ctx, { disable, stop }) => {
    const options = preconditionsIn(await ctx.gatherFacts(facts))
    if ('status' in options) throw new MaestroError(options.why)
    const { ours, timers } = options.nightly
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
})

function plan(facts: ServerFacts) {
  const options = preconditionsIn(facts)
  if ('status' in options) return options
  const { ours, was } = options.nightly
  if (ours !== undefined && !isOurs(ours)) return { status: 'blocked', why: `${ourFile} is not maestro's` } as const
  if (ours === undefined && was.timers === undefined)
    return { status: 'not-due', why: 'maestro has set up no nightly upgrades here' } as const
  return { status: 'due', change: back(options.nightly) } as const
}

function back(nightly: PeriodicUpgrades): RestoreChange {
  const before = (unit: string) => nightly.was.timers?.find((one) => one.unit === unit)
  const units = (isChanged: (unit: string) => boolean) => nightly.timers.map(({ unit }) => unit).filter(isChanged)
  const now = (name: string) => nightly.timers.find(({ unit }) => unit === name)
  return {
    changes: nightly.ours === undefined ? [] : [`- ${ourFile}`, ...diffBack(nightly)],
    disable: units((unit) => before(unit)?.isEnabled === false && now(unit)?.isEnabled === true),
    stop: units((unit) => before(unit)?.isActive === false && now(unit)?.isActive === true),
  }
}
