import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { type ExitCode, exitCodes } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { mayDraw } from '../cli/terminal.ts'
import type { Server } from '../inventory/server.ts'
import type { About } from '../journal/events.ts'
import type { History } from '../journal/history.ts'
import { type Journal, writeWhole } from '../journal/journal.ts'
import { type RunState, stateOf } from '../journal/run-state.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { isTakenBack, type Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { Context, Operation } from '../plan/step.ts'
import { startRunProgress } from '../report/run/progress.ts'
import { realClock } from '../run/clock.ts'
import { makeLine } from '../run/connection.ts'
import { runPlan } from '../run/execute-plan.ts'
import { makeReadHere } from '../run/local/pinned-files.ts'
import { openConnectionsFor } from './connections.ts'
import { tellFinished } from './finished-hook.ts'
import type { KeptSessions } from './session-cache.ts'
import { printOutcomes } from './summary.ts'
import type { Chosen } from './targets.ts'

declare const MAESTRO_VERSION: string

type CarryingOut = {
  readonly flags: Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>
  readonly stop: AbortSignal
  readonly chosen: Chosen
  readonly others: readonly Server[]
  readonly operation: Operation
  readonly plan: Plan
  readonly journal: Journal
  readonly history: History
  /** What the journal has of an earlier life of the run. */
  readonly known?: RunState
  readonly takesOver: ReadonlyMap<string, string>
  /** How long to wait for locks of other runs. */
  readonly lockWaitMs?: number
  /** Whether an earlier process of this very run is known to be gone. */
  readonly isAloneHere: boolean
  readonly away: ReadonlySet<string>
  /** Of the selected servers that are not worked on. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** What the plan's look has left open. */
  readonly kept?: KeptSessions
  /** With what was read for the plan. */
  readonly readHere?: Context['readHere']
}

// A few places stay free for the signs of life of servers that wait, and for those that are asked beside.
const placesForHeartbeats = 4

/** Carries a plan out, shows how it goes and how it ended, and returns the exit code. */
export async function carryOut(work: CarryingOut): Promise<ExitCode> {
  const { flags, stop, chosen, journal, kept } = work
  const { ssh } = chosen.manifest.settings
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count: work.plan.batches.flat().length, stream: process.stderr, form })
  if (!flags.quiet) await progress.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const connections = openConnectionsFor(chosen, progress.pause)
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  try {
    const { outcomes } = await runPlan({
      ...work,
      servers: chosen.servers,
      inventory: chosen.manifest.servers,
      known: work.known ?? stateOf([]),
      readHere: work.readHere ?? makeReadHere(),
      // What was begun is brought to its end after a signal too: the line to a server outlives it.
      lineTo: (server) =>
        makeLine(
          server,
          async (one) => kept?.take(one.name) ?? connections.connect(one, new AbortController().signal),
          {
            password: chosen.passwords.sudo,
            inputs: work.operation.lookInputs ?? {},
          },
        ),
      workingAtMost: Math.max(1, ssh.running - placesForHeartbeats - work.others.length),
      lock: {
        controller: randomUUID(),
        owner: ownerName(),
        takesOver: work.takesOver,
        isAloneHere: work.isAloneHere,
        waitMs: work.lockWaitMs ?? 0,
      },
      clock: realClock,
      watcher: progress,
    })
    progress.end()
    return await report(new Map([...work.outcomes, ...outcomes]), work)
  } finally {
    progress.end()
    stop.removeEventListener('abort', noteSignal)
    await connections.close()
  }
}

async function report(outcomes: ReadonlyMap<string, Outcome>, work: CarryingOut): Promise<ExitCode> {
  const { flags, stop, chosen, journal, plan } = work
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: plan.rollout.maxUnreachable })
  await journal.write({ event: 'run-ended', exitCode })
  const isOver = isTakenBack(outcomes.values())
  await writeWhole(journal.folder, 'report.json', {
    exitCode,
    isOver,
    servers: Object.fromEntries(outcomes),
  } as unknown as Json)
  if (!flags.quiet && flags.output === 'table') process.stderr.write('\n')
  printOutcomes(outcomes, flags, { exitCode })
  await tellFinished(chosen.manifest, { command: plan.recipe.name, run: journal.run, exitCode, outcomes })
  if (exitCode !== exitCodes.ok && !isOver && !flags.quiet)
    process.stderr.write(`go on with it: maestro resume ${journal.run}\n`)
  return exitCode
}

export const aboutRun = (command: string, { path, environment }: Manifest): About => ({
  owner: ownerName(),
  version: MAESTRO_VERSION,
  command,
  manifest: resolve(path),
  environment,
})

export const ownerName = () => `${userInfo().username}@${hostname()}`
