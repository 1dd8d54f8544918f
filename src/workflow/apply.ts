import { randomUUID } from 'node:crypto'
import type { ExitCode } from '../base/errors.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import { realClock } from '../run/clock.ts'
import { executePlan } from '../run/execute-plan.ts'
import { finishRun } from './finish-run.ts'
import { ownerName } from './run-info.ts'
import type { RunRequest } from './run-request.ts'
import { openRunSession, type RunSession } from './run-session.ts'
import { printSummary } from './summary.ts'

/** Carries a run out, shows how it goes and how it ended, and returns the exit code. */
export async function applyPlan(request: RunRequest): Promise<ExitCode> {
  const session = await openRunSession(request)
  try {
    return await applyOver(session, request)
  } finally {
    await session.close()
  }
}

// A few sessions stay free for the heartbeats of servers that wait, and for those that are asked beside.
const sessionsForHeartbeats = 4

async function applyOver(session: RunSession, request: RunRequest): Promise<ExitCode> {
  const { flags, stop, journal, targets } = request
  if (!flags.quiet) await session.view.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  try {
    const { outcomes } = await executePlan({
      ...request,
      servers: targets.servers,
      inventory: targets.manifest.servers,
      connectionTo: session.connectionTo,
      maxSessions: Math.max(
        1,
        targets.manifest.settings.ssh.running - sessionsForHeartbeats - request.otherServers.length,
      ),
      lock: {
        controller: randomUUID(),
        owner: ownerName(),
        takeovers: request.takeovers,
        // The journal's lock keeps two processes of one run apart.
        isPreviousGone: true,
        waitMs: request.lockWaitMs,
      },
      clock: realClock,
      watcher: session.view,
    })
    session.view.end()
    return await finish(request, new Map([...request.skipped, ...outcomes]))
  } finally {
    stop.removeEventListener('abort', noteSignal)
  }
}

function finish({ flags, stop, targets, journal, plan }: RunRequest, outcomes: Outcomes): Promise<ExitCode> {
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: plan.rollout.maxUnreachable })
  return finishRun({
    command: plan.operation.name,
    manifest: targets.manifest,
    journal,
    outcomes,
    exitCode,
    isQuiet: flags.quiet === true,
    print: () => {
      if (!flags.quiet && flags.output === 'table') process.stderr.write('\n')
      printSummary(outcomes, flags, { exitCode })
    },
  })
}

type Outcomes = RunRequest['skipped']
