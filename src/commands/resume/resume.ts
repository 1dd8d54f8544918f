import { type ExitCode, exitCodes, UsageError } from '../../base/errors.ts'
import { runEventPrinter } from '../../cli/json-output.ts'
import { runsFolder } from '../../cli/paths.ts'
import { readHistory } from '../../journal/history.ts'
import { reopenJournal } from '../../journal/journal.ts'
import { findRun } from '../../journal/read/find-run.ts'
import { type RunState, replay } from '../../journal/run-state.ts'
import { operationFor } from '../../operations/registry.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Plan } from '../../plan/plan.ts'
import { assertReadable, readersOf } from '../../run/assert-readable.ts'
import { makePinnedFileReader } from '../../run/local/pinned-files.ts'
import { applyPlan } from '../../workflow/apply.ts'
import { makeRun } from '../../workflow/make-run.ts'
import { ownerName } from '../../workflow/run-info.ts'
import { selectTargets } from '../../workflow/targets/targets.ts'
import { unavailablePeers } from '../../workflow/unavailable-peers.ts'
import type { ResumeRequest } from './flags.ts'

import { isOfApplication, resumeApplication } from './resume-application.ts'

declare const MAESTRO_VERSION: string

/** Continues a run, by its journal and the state of its servers. Returns the exit code. */
export async function resume({ run: given, flags, stop }: ResumeRequest): Promise<ExitCode> {
  const run = await findRun(runsFolder(), given)
  const { journal, plan, events } = await reopenJournal(runsFolder(), run, { onEvent: runEventPrinter(flags) })
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
    const operation = operationFor(plan.operation)
    assertReadable({ planned: plan.planned, previous: previous.servers }, readersOf(operation))
    const { manifest, environment } = about
    const targets = await selectTargets({
      ...flags,
      manifest,
      ...(environment === undefined ? {} : { environment }),
      server: left,
    })
    await journal.write({ event: 'run-resumed', owner: ownerName(), maestroVersion: MAESTRO_VERSION })
    const unavailable = await unavailablePeers(targets, {
      operation,
      rollout: plan.rollout,
      working: left,
      looking: { flags, stop },
    })
    const open = await makeRun({
      flags,
      stop,
      targets,
      operation,
      plan,
      journal,
      history: await readHistory(runsFolder(), about.command),
      otherServers: await targets.find(operation.otherServers ?? []),
      unavailable,
      skipped: outcomesIn(plan, previous),
      previous,
      takeovers: new Map(),
      lockWaitMs: 0,
      readPinnedFile: makePinnedFileReader(),
    })
    return await applyPlan(open)
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

// Of the servers of the plan: what kept the others out of it says nothing of this process.
const outcomesIn = ({ batches }: Plan, { servers }: RunState): ReadonlyMap<string, Outcome> =>
  new Map(
    batches.flat().flatMap((name) => {
      const outcome = servers.get(name)?.outcome
      return outcome === undefined ? [] : [[name, outcome] as const]
    }),
  )
