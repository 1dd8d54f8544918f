import { writeFileSync } from 'node:fs'
import { UsageError } from '../base/errors.ts'
import { isAsked } from '../cli/consent.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { screenOf } from '../cli/terminal.ts'
import type { Plan } from '../plan/plan.ts'
import { renderPlan } from '../report/run/plan.ts'
import type { PreparedPlan } from './prepare-plan.ts'

/** Prints the plan as the flags want it. */
export function showPlan({ plan, operation, targets, history }: PreparedPlan, flags: ChangeFlags): void {
  // JSON has the plan after the start of the run; a person who is asked first needs it before.
  const isJson = flags.output === 'json'
  if (flags.quiet || plan.batches.length === 0 || (isJson && !isAsked(flags))) return
  const stream = isJson ? process.stderr : process.stdout
  const text = renderPlan({
    plan,
    operation,
    inventory: targets.manifest.servers,
    screen: screenOf(stream),
    isVerbose: flags.verbose === true,
    usualSeconds: history.usualSeconds,
  })
  stream.write(`${text}\n\n`)
}

/** Writes the plan to a file that only its owner reads. */
export function savePlan(path: string, plan: Plan): void {
  try {
    writeFileSync(path, `${JSON.stringify(plan, undefined, 1)}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new UsageError(`${path}: the plan cannot be written there`, { cause })
  }
}
