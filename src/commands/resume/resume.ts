import { type ExitCode, exitCodes, UsageError } from '../../base/errors.ts'
import { runsFolder } from '../../cli/paths.ts'
import { findRun } from '../../journal/find-run.ts'
import { readHistory } from '../../journal/history.ts'
import { reopenJournal } from '../../journal/journal.ts'
import { type RunState, replay } from '../../journal/run-state.ts'
import { operationFor } from '../../operations/registry.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Plan } from '../../plan/plan.ts'
import { applyPlan, ownerName } from '../../workflow/apply.ts'
import { selectTargets } from '../../workflow/targets.ts'
import { unavailablePeers } from '../../workflow/unavailable-peers.ts'
import type { ResumeRequest } from './flags.ts'

import { isOfApplication, resumeApplication } from './resume-application.ts'

declare const MAESTRO_VERSION: string

/** Continues a run, by its journal and the state of its servers. Returns the exit code. */
export async function resume({ run: given, flags, stop }: ResumeRequest): Promise<ExitCode> {
  const run = await findRun(runsFolder(), given)
  const { journal, plan, events } = await reopenJournal(runsFolder(), run)
  try {
    const about = events.find((event) => event.event === 'run-started')
    if (about === undefined) throw new UsageError(`run ${run} was never started`)
    const previous = replay(events)
    const left = leftOf(plan, previous)
    // A run killed at its very end has done everything but its report, which is left to do.
    if (left.length === 0 && previous.exitCode !== undefined) {
      process.stderr.write(`run ${run} is complete: nothing left to do\n`)
      return exitCodes.ok
    }
    if (isOfApplication(plan.operation)) return await resumeApplication({ journal, plan, events, flags, stop, about })
    const { manifest, environment } = about
    const targets = await selectTargets({
      ...flags,
      manifest,
      ...(environment === undefined ? {} : { environment }),
      server: left,
    })
    const operation = operationFor(plan.operation)
    await journal.write({ event: 'run-resumed', owner: ownerName(), version: MAESTRO_VERSION })
    const outcomes = goodOnes(previous)
    const otherServers = await targets.find(operation.otherServers ?? [])
    const history = await readHistory(runsFolder(), about.command)
    const unavailable = await unavailablePeers(targets, {
      operation,
      rollout: plan.rollout,
      working: left,
      looking: { flags, stop },
    })
    const work = { flags, stop, targets, otherServers, operation, plan, journal, history, previous, outcomes }
    return await applyPlan({ ...work, takeovers: new Map(), isPreviousGone: true, unavailable })
  } finally {
    await journal.close()
  }
}

// A lock that may still exist is something left to do.
const leftOf = ({ batches }: Plan, { servers }: RunState): readonly string[] =>
  batches.flat().filter((name) => {
    const { outcome, isLocked = false } = servers.get(name) ?? {}
    return isLocked || (outcome?.status !== 'changed' && outcome?.status !== 'unchanged')
  })

const goodOnes = ({ servers }: RunState): ReadonlyMap<string, Outcome> =>
  new Map([...servers].flatMap(([name, { outcome }]) => (outcome === undefined ? [] : [[name, outcome]])))
