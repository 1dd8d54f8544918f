import { MaestroError } from '../../base/errors.ts'
import type { Server } from '../../inventory/server.ts'
import { noHistory } from '../../journal/history.ts'
import type { Journal } from '../../journal/journal.ts'
import type { RunState } from '../../journal/run-state.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { StoppedError, UnknownError } from '../../plan/errors.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { Operation } from '../../plan/operation.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Clock } from '../clock.ts'
import type { ServerConnection } from '../connection/connection.ts'
import { executePlan } from '../execute-plan.ts'
import { makePinnedFileReader } from '../local/pinned-files.ts'
import { hookRunner } from '../local/run-hook.ts'
import type { LockOptions } from '../run.ts'

export type NestedRolloutOptions = {
  /** The run that it is a part of: its journal has the servers beside the application. */
  readonly journal: Pick<Journal, 'run' | 'write'>
  readonly previous: RunState
  readonly connectionTo: (server: Server, inputs?: Operation['factInputs']) => ServerConnection
  readonly lock: LockOptions
  readonly maxSessions: number
  readonly clock: Clock
  readonly stop: AbortSignal
  readonly onProgress: (doing: string) => void
}

/** Passes over servers within a run over the application, by the same journal: resuming the one resumes the other. */
export function makeNestedRollout(options: NestedRolloutOptions): Pick<ApplicationContext, 'planRollout' | 'rollOut'> {
  const { journal, previous, connectionTo, lock, maxSessions, clock, stop, onProgress } = options
  return {
    planRollout: async (operation, { servers, rollout }) => {
      const gathered = await Promise.all(
        servers.map(async (server) => {
          onProgress(`looking at ${server.name}`)
          const connection = connectionTo(server, operation.factInputs)
          try {
            if (operation.refresh !== undefined) await connection.run(operation.refresh)
            return {
              server,
              facts: await connection.gatherFacts([...new Set([...operation.facts, 'maestro' as const])]),
            }
          } finally {
            await connection.close()
          }
        }),
      )
      return makePlan({ operation, gathered, inventory: servers, rollout, unavailable: new Set() })
    },
    rollOut: async (operation, plan, servers) => {
      const { outcomes } = await executePlan({
        plan,
        operation,
        servers,
        otherServers: [],
        inventory: servers,
        unavailable: new Set(),
        journal,
        previous,
        readPinnedFile: makePinnedFileReader(),
        runHook: hookRunner(journal),
        connectionTo: (server) => connectionTo(server, operation.factInputs),
        history: noHistory,
        maxSessions,
        lock,
        stop,
        clock,
        watcher: {
          onLocked: () => undefined,
          onBatch: () => undefined,
          onProgress: (server, doing) => onProgress(`${server}: ${doing}`),
          onEnded: (server, { status }) => onProgress(`${server}: ${status.replace('-', ' ')}`),
        },
      })
      assertSucceeded(outcomes)
    },
  }
}

function assertSucceeded(outcomes: ReadonlyMap<string, Outcome>): void {
  const problems = [...outcomes].flatMap(([server, outcome]) =>
    outcome.status === 'changed' || outcome.status === 'unchanged' ? [] : [{ server, ...outcome }],
  )
  // Who was not started says only that another one failed.
  const [worst] = problems.toSorted((a, b) => rank(a.status) - rank(b.status))
  if (worst === undefined) return
  const { server, status, why, hint } = { hint: undefined, ...worst }
  const step = 'step' in worst && worst.step !== undefined ? `${worst.step}: ` : ''
  const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more: \`maestro runs show\`)`
  const Kind = status === 'stopped' ? StoppedError : status === 'unknown' ? UnknownError : MaestroError
  throw new Kind(`${server}: ${step}${why}${others}`, hint === undefined ? {} : { hint })
}

const statuses: readonly Outcome['status'][] = ['unknown', 'failed', 'stuck', 'unreachable', 'refused', 'stopped']
const rank = (status: Outcome['status']) => (statuses.includes(status) ? statuses.indexOf(status) : statuses.length)
