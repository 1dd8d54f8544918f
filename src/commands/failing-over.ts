import { mkdirSync } from 'node:fs'
import { type ExitCode, exitCodes, RefusedError, UsageError } from '../errors.ts'
import { driverOf, type FailoverSecrets } from '../failover/driver.ts'
import { failover as failoverOperation, type SwitchOptions } from '../failover/failover.ts'
import type { Hook } from '../failover/hook-step.ts'
import { lockFolder } from '../journal/folder-lock.ts'
import { createJournal } from '../journal/journal.ts'
import { untouched } from '../journal/run-state.ts'
import { checkExecutable } from '../manifest/check-executable.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { suggestion } from '../manifest/nearest.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Foreseen, Plan } from '../plan/plan.ts'
import { eventLine } from '../report/events.ts'
import { renderSwitch } from '../report/failover-text.ts'
import { aboutRun } from './carry-out.ts'
import { carryOutFailover, onFailover, printEnd } from './carry-out-failover.ts'
import { mustConsent } from './consent.ts'
import type { SwitchFlags } from './failover.ts'
import { failoverSecrets } from './failover-secrets.ts'
import { checkFinishedHook } from './finished-hook.ts'
import { failoverFolder, runsFolder } from './home.ts'
import { beforeLastSwitch } from './last-switch.ts'
import { type OpenedFailover, openFailover } from './open-failover.ts'
import { type Passwords, passwordsFor } from './passwords.ts'
import { screenOf } from './screen.ts'

type Switching = {
  readonly flags: SwitchFlags
  readonly stop: AbortSignal
  /** The environment; undefined: where it was before the last switch. */
  readonly to: string | undefined
}

/** The road of `failover switch` and `failover rollback`: manifest, where it points, plan, consent, run, report. Returns the exit code. */
export async function switchFailover(switching: Switching): Promise<ExitCode> {
  const { flags, stop, to } = switching
  const opened = await openFailover(flags)
  const { failover, manifest } = opened
  const target = to ?? (await whereItWas(failover.address))
  mustBeSide(target, opened)
  const secrets = await failoverSecrets(failover.driver)
  const hook = await hookOf(manifest)
  await checkFinishedHook(manifest)
  const passwords = await passwordsFor(flags)
  const unlock = lockAddress(failover.address)
  try {
    const planned = await planOn({ opened, passwords, stop, switching, target, secrets, hook })
    if (stop.aborted) return stop.reason
    showPlan(planned, flags)
    return endOf(planned, flags) ?? (await begin(planned, { switching, target, opened, passwords }))
  } finally {
    unlock()
  }
}

type Planning = Pick<Beginning, 'opened' | 'passwords' | 'switching' | 'target'> & {
  readonly stop: AbortSignal
  readonly secrets: FailoverSecrets
  readonly hook: Hook | undefined
}

function planOn({ opened, passwords, stop, switching, target, secrets, hook }: Planning): Promise<Planned> {
  const { flags, to } = switching
  const { failover, manifest } = opened
  return onFailover({ opened, passwords, stop, onDoing: () => {} }, async (contextFor) => {
    const at = contextFor('look')
    const { at: from } = await driverOf(failover, secrets).read(at)
    const options: SwitchOptions = {
      kind: to === undefined ? 'rollback' : 'switch',
      failover,
      from,
      to: target,
      isForced: flags.force === true,
      goesBack: flags.rollback !== false,
      ...(hook && { hook }),
    }
    return planFor(failoverOperation(options, secrets), at, manifest)
  })
}

type Beginning = {
  readonly switching: Switching
  /** The environment. */
  readonly target: string
  readonly opened: OpenedFailover
  readonly passwords: Passwords
}

async function begin(planned: Planned, { switching, target, opened, passwords }: Beginning): Promise<ExitCode> {
  const { flags, stop, to } = switching
  const { address } = opened.failover
  await mustConsent({
    isGiven: flags.yes === true,
    dangers: flags.force === true ? [`moving ${address} from where it points at neither environment`] : [],
    question: `Move ${address} to ${target}?`,
  })
  const command = to === undefined ? 'failover rollback' : `failover switch ${to}`
  const journal = await createJournal(runsFolder(), planned.plan, aboutRun(command, opened.manifest))
  try {
    const { operation, foreseen } = planned
    const known = untouched
    return await carryOutFailover({ flags, stop, opened, passwords, operation, foreseen, journal, known })
  } finally {
    await journal.close()
  }
}

async function whereItWas(address: string): Promise<string> {
  const from = await beforeLastSwitch(runsFolder(), address)
  if (typeof from === 'string') return from
  const why = from === null ? 'it pointed at neither environment before' : `no switch of ${address} is on record here`
  throw new RefusedError(`nobody knows where to go back to: ${why}`, {
    hint: '`maestro failover switch <environment>` says it',
  })
}

function mustBeSide(to: string, { failover, manifest }: OpenedFailover): void {
  const names = failover.sides.map(({ environment }) => environment)
  if (names.includes(to)) return
  throw new UsageError(
    `${manifest.path}: ${failover.address} has no side ${JSON.stringify(to)}${suggestion(to, names) || `; it has ${names.join(' and ')}`}`,
  )
}

async function hookOf({ settings: { hooks, rollout } }: Manifest): Promise<Hook | undefined> {
  if (hooks.beforeSwitch === undefined) return undefined
  await checkExecutable(hooks.beforeSwitch, process.getuid?.())
  return { path: hooks.beforeSwitch, timeoutMs: rollout.stallTimeoutMs }
}

/** Keeps two of this computer from moving the same address; throws a RefusedError while another does. */
export function lockAddress(address: string): () => void {
  const folder = failoverFolder(address)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return lockFolder(folder, address)
}

type Planned = {
  readonly operation: ApplicationOperation
  readonly plan: Plan
  readonly foreseen: readonly Foreseen[]
}

async function planFor<Seen>(
  operation: ApplicationOperation<Seen>,
  at: ApplicationContext,
  { settings }: Manifest,
): Promise<Planned> {
  const { subject, steps, recipe } = operation
  const seen = await operation.look(at)
  const foreseen = steps.map((step) => ({ step: step.id, verdict: step.foresee(seen) }))
  const isDue = foreseen.some(({ verdict }) => verdict.is === 'due')
  const plan: Plan = {
    version: 1,
    recipe,
    rollout: settings.rollout,
    batches: isDue ? [[subject]] : [],
    foreseen: { [subject]: foreseen },
  }
  return { operation: operation as ApplicationOperation, plan, foreseen }
}

function showPlan({ operation, plan, foreseen }: Planned, flags: SwitchFlags): void {
  if (flags.output === 'json') return void process.stdout.write(eventLine('plan', { plan }))
  if (flags.quiet || plan.batches.length === 0) return
  process.stdout.write(`${renderSwitch(operation, foreseen, screenOf(process.stdout))}\n\n`)
}

// There is nothing to do, something stands in the way, or nothing is to be done.
function endOf({ operation, plan, foreseen }: Planned, flags: SwitchFlags): ExitCode | undefined {
  const verdict = foreseen.at(-1)?.verdict
  if (verdict !== undefined && verdict.is !== 'due') {
    const isFine = verdict.is === 'done' || verdict.is === 'not-due'
    const outcome: Outcome = { status: isFine ? 'unchanged' : 'refused', why: verdict.why }
    return printEnd(operation.subject, outcome, { flags, exitCode: isFine ? exitCodes.ok : exitCodes.refused })
  }
  if (flags.dryRun !== true) return undefined
  const exitCode = flags.exitCode === true && plan.batches.length > 0 ? exitCodes.due : exitCodes.ok
  if (flags.output === 'json') process.stdout.write(eventLine('end', { exitCode }))
  return exitCode
}
