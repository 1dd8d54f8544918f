import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { type ExitCode, exitCodes } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { mayDraw } from '../cli/terminal.ts'
import type { Server } from '../inventory/server.ts'
import type { RunInfo } from '../journal/events.ts'
import type { History } from '../journal/history.ts'
import { type Journal, writeFileSynced } from '../journal/journal.ts'
import { type RunState, replay } from '../journal/run-state.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import { isRolledBack, type Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import { startRunProgress } from '../report/run/progress.ts'
import { realClock } from '../run/clock.ts'
import { makeServerConnection } from '../run/connection/connection.ts'
import { executePlan } from '../run/execute-plan.ts'
import { makePinnedFileReader } from '../run/local/pinned-files.ts'
import { openConnectionsFor } from './connections.ts'
import { runPostRunHook } from './finished-hook.ts'
import type { SessionCache } from './session-cache.ts'
import { printSummary } from './summary.ts'
import type { Targets } from './targets.ts'

declare const MAESTRO_VERSION: string

type ApplyOptions = {
  readonly flags: Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>
  readonly stop: AbortSignal
  readonly targets: Targets
  readonly otherServers: readonly Server[]
  readonly operation: Operation
  readonly plan: Plan
  readonly journal: Journal
  readonly history: History
  /** What the journal has of an earlier life of the run. */
  readonly previous?: RunState
  readonly takeovers: ReadonlyMap<string, string>
  /** How long to wait for locks of other runs. */
  readonly lockWaitMs?: number
  /** Whether an earlier process of this very run is known to be gone. */
  readonly isPreviousGone: boolean
  readonly unavailable: ReadonlySet<string>
  /** Of the selected servers that are not worked on. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** What the plan's look has left open. */
  readonly sessions?: SessionCache
  /** With what was read for the plan. */
  readonly readPinnedFile?: ServerContext['readPinnedFile']
}

// A few places stay free for the signs of life of servers that wait, and for those that are asked beside.
const sessionsForHeartbeats = 4

/** Carries a plan out, shows how it goes and how it ended, and returns the exit code. */
export async function applyPlan(work: ApplyOptions): Promise<ExitCode> {
  const { flags, stop, targets, journal, sessions } = work
  const { ssh } = targets.manifest.settings
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count: work.plan.batches.flat().length, stream: process.stderr, form })
  if (!flags.quiet) await progress.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const connections = openConnectionsFor(targets, progress.pause)
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  try {
    const { outcomes } = await executePlan({
      ...work,
      servers: targets.servers,
      inventory: targets.manifest.servers,
      previous: work.previous ?? replay([]),
      readPinnedFile: work.readPinnedFile ?? makePinnedFileReader(),
      // What was begun is brought to its end after a signal too: the line to a server outlives it.
      connectionTo: (server) =>
        makeServerConnection(
          server,
          async (one) => sessions?.take(one.name) ?? connections.connect(one, new AbortController().signal),
          {
            password: targets.passwords.sudo,
            inputs: work.operation.factInputs ?? {},
          },
        ),
      maxSessions: Math.max(1, ssh.maxSessions - sessionsForHeartbeats - work.otherServers.length),
      lock: {
        controller: randomUUID(),
        owner: ownerName(),
        takeovers: work.takeovers,
        isPreviousGone: work.isPreviousGone,
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

async function report(outcomes: ReadonlyMap<string, Outcome>, work: ApplyOptions): Promise<ExitCode> {
  const { flags, stop, targets, journal, plan } = work
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: plan.rollout.maxUnreachable })
  await journal.write({ event: 'run-ended', exitCode })
  const isOver = isRolledBack(outcomes.values())
  await writeFileSynced(journal.folder, 'report.json', {
    exitCode,
    isOver,
    servers: Object.fromEntries(outcomes),
  } as unknown as Json)
  if (!flags.quiet && flags.output === 'table') process.stderr.write('\n')
  printSummary(outcomes, flags, { exitCode })
  await runPostRunHook(targets.manifest, { command: plan.operation.name, run: journal.run, exitCode, outcomes })
  if (exitCode !== exitCodes.ok && !isOver && !flags.quiet)
    process.stderr.write(`go on with it: maestro resume ${journal.run}\n`)
  return exitCode
}

export const runInfo = (command: string, { path, environment }: Manifest): RunInfo => ({
  owner: ownerName(),
  version: MAESTRO_VERSION,
  command,
  manifest: resolve(path),
  environment,
})

export const ownerName = () => `${userInfo().username}@${hostname()}`
