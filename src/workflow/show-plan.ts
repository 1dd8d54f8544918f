import { writeFileSync } from 'node:fs'
import { UsageError } from '../base/errors.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { screenOf } from '../cli/terminal.ts'
import type { Plan } from '../plan/plan.ts'
import { eventLine } from '../report/format/json-events.ts'
import { renderPlan } from '../report/run/plan.ts'
import type { PreparedPlan } from './prepare-plan.ts'

/** Prints the plan as the flags want it. */
export function showPlan({ plan, operation, targets, history }: PreparedPlan, flags: ChangeFlags): void {
  if (flags.output === 'json') return void process.stdout.write(eventLine('plan', { plan }))
  if (flags.quiet || plan.batches.length === 0) return
  const text = renderPlan({
    plan,
    operation,
    inventory: targets.manifest.servers,
    screen: screenOf(process.stdout),
    isVerbose: flags.verbose === true,
    usualSeconds: history.usualSeconds,
  })
  process.stdout.write(`${text}\n\n`)
}

/** Writes the plan to a file that only its owner reads. */
export function savePlan(path: string, plan: Plan): void {
  try {
    writeFileSync(path, `${JSON.stringify(plan, undefined, 1)}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new UsageError(`${path}: the plan cannot be written there`, { cause })
  }
}
