import { type ExitCode, exitCodes, UsageError } from '../../base/errors.ts'
import { runsFolder } from '../../cli/paths.ts'
import { findRun } from '../../journal/find-run.ts'
import { readHistory } from '../../journal/history.ts'
import { reopenJournal } from '../../journal/journal.ts'
import { type RunState, replay } from '../../journal/run-state.ts'
import { operationFor } from '../../operations/registry.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Plan } from '../../plan/plan.ts'
import { assertReadable, readersOf } from '../../run/assert-readable.ts'
import { applyPlan, ownerName } from '../../workflow/apply.ts'
import { selectTargets } from '../../workflow/targets.ts'
import { unavailablePeers } from '../../workflow/unavailable-peers.ts'
import type { ResumeRequest } from './flags.ts'

import { isOfApplication, resumeApplication } from './resume-application.ts'

declare const MAESTRO_VERSION: string

/** Takes a run up where it was left, by its journal and by what its servers say. Returns the exit code. */
export async function resume({ run: given, flags, stop }: ResumeRequest): Promise<ExitCode> {
  const run = await findRun(runsFolder(), given)
  const { journal, plan, events } = await reopenJournal(runsFolder(), run)
  try {
    const about = events.find((event) => event.event === 'run-started')
    if (about === undefined) throw new UsageError(`run ${run} was never begun`)
    const previous = replay(events)
    const left = leftOf(plan, previous)
    // Killed in its last moment it has done all, and told nobody: that is left to do.
    if (left.length === 0 && previous.exitCode !== undefined) {
      process.stderr.write(`run ${run} has come to its end: nothing is left to do\n`)
      return exitCodes.ok
    }
    if (isOfApplication(plan.operation)) return await resumeApplication({ journal, plan, events, flags, stop, about })
    const operation = operationFor(plan.operation)
    assertReadable({ planned: plan.planned, previous: previous.servers }, readersOf(operation))
    const { manifest, environment } = about
    const targets = await selectTargets({
      ...flags,
      manifest,
      ...(environment === undefined ? {} : { environment }),
      server: left,
    })
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

// A lock that may still be there is something left to do.
const leftOf = ({ batches }: Plan, { servers }: RunState): readonly string[] =>
  batches.flat().filter((name) => {
    const { outcome, isLocked = false } = servers.get(name) ?? {}
    return isLocked || (outcome?.status !== 'changed' && outcome?.status !== 'unchanged')
  })

const goodOnes = ({ servers }: RunState): ReadonlyMap<string, Outcome> =>
  new Map([...servers].flatMap(([name, { outcome }]) => (outcome === undefined ? [] : [[name, outcome]])))
