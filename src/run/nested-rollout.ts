import { MaestroError } from '../base/errors.ts'
import type { Server } from '../inventory/server.ts'
import { noHistory } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { RunState } from '../journal/run-state.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { StoppedError, UnknownError } from '../plan/errors.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Operation } from '../plan/step.ts'
import type { Clock } from './clock.ts'
import type { Line } from './connection.ts'
import { runPlan } from './execute-plan.ts'
import { makeReadHere } from './local/pinned-files.ts'
import type { LockWish } from './run.ts'

export type RollingOut = {
  /** The run that it is a part of: its journal has the servers beside the application. */
  readonly journal: Pick<Journal, 'run' | 'write'>
  readonly known: RunState
  readonly lineTo: (server: Server, inputs?: Operation['lookInputs']) => Line
  readonly lock: LockWish
  readonly workingAtMost: number
  readonly clock: Clock
  readonly stop: AbortSignal
  readonly onDoing: (doing: string) => void
}

/** Passes over servers within a run over the application, by the same journal: resuming the one resumes the other. */
export function makeRollOut(ground: RollingOut): Pick<ApplicationContext, 'planOut' | 'rollOut'> {
  const { journal, known, lineTo, lock, workingAtMost, clock, stop, onDoing } = ground
  return {
    planOut: async (operation, { servers, rollout }) => {
      const seen = await Promise.all(
        servers.map(async (server) => {
          onDoing(`looking at ${server.name}`)
          const line = lineTo(server, operation.lookInputs)
          try {
            if (operation.refresh !== undefined) await line.ask(operation.refresh)
            return { server, look: await line.look([...new Set([...operation.parts, 'maestro' as const])]) }
          } finally {
            await line.close()
          }
        }),
      )
      return makePlan({ operation, seen, inventory: servers, rollout, away: new Set() })
    },
    rollOut: async (operation, plan, servers) => {
      const { outcomes } = await runPlan({
        plan,
        operation,
        servers,
        others: [],
        inventory: servers,
        away: new Set(),
        journal,
        known,
        readHere: makeReadHere(),
        lineTo: (server) => lineTo(server, operation.lookInputs),
        history: noHistory,
        workingAtMost,
        lock,
        stop,
        clock,
        watcher: {
          onLocked: () => undefined,
          onBatch: () => undefined,
          onDoing: (server, doing) => onDoing(`${server}: ${doing}`),
          onEnded: (server, { status }) => onDoing(`${server}: ${status.replace('-', ' ')}`),
        },
      })
      mustBeWell(outcomes)
    },
  }
}

function mustBeWell(outcomes: ReadonlyMap<string, Outcome>): void {
  const troubles = [...outcomes].flatMap(([server, outcome]) =>
    outcome.status === 'changed' || outcome.status === 'unchanged' ? [] : [{ server, ...outcome }],
  )
  // Who was not started says only that another one failed.
  const [worst] = troubles.toSorted((a, b) => rank(a.status) - rank(b.status))
  if (worst === undefined) return
  const { server, status, why, hint } = { hint: undefined, ...worst }
  const step = 'step' in worst && worst.step !== undefined ? `${worst.step}: ` : ''
  const others = troubles.length === 1 ? '' : ` (and ${troubles.length - 1} more: \`maestro runs show\`)`
  const Kind = status === 'stopped' ? StoppedError : status === 'unknown' ? UnknownError : MaestroError
  throw new Kind(`${server}: ${step}${why}${others}`, hint === undefined ? {} : { hint })
}

const statuses: readonly Outcome['status'][] = ['unknown', 'failed', 'stuck', 'unreachable', 'refused', 'stopped']
const rank = (status: Outcome['status']) => (statuses.includes(status) ? statuses.indexOf(status) : statuses.length)
