import { setImmediate } from 'node:timers/promises'
import type { JournalEvent, RunEvent } from '../../../src/journal/events.ts'
import { type History, noHistory } from '../../../src/journal/history.ts'
import { replay } from '../../../src/journal/run-state.ts'
import { makeStamp } from '../../../src/journal/stamp-event.ts'
import type { Rollout } from '../../../src/manifest/settings.ts'
import { makeBatches } from '../../../src/plan/batches.ts'
import type { Script } from '../../../src/plan/context.ts'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import type { Operation } from '../../../src/plan/operation.ts'
import type { Plan, PlannedStep } from '../../../src/plan/plan.ts'
import type { Clock } from '../../../src/run/clock.ts'
import { executePlan } from '../../../src/run/execute-plan.ts'
import type { Run } from '../../../src/run/run.ts'
import { defaultRollout } from '../builders/build-rollout.ts'
import { unavailablePorts } from '../builders/step-context.ts'
import { crashSimulator, type Moment } from '../crash-simulator.ts'
import { type FakeLocks, fakeLocks } from './fake-locks.ts'
import { type MemoryServer, runInMemory } from './memory-server.ts'

/** A world of servers and one journal, which may come to a sudden end at any of its moments. */
export interface RunWorld {
  readonly events: JournalEvent[]
  /** Moments that have passed: an answer of a server, a line of the journal. */
  readonly moments: () => number
  readonly run: (options?: Partial<RunOptions>) => Promise<Awaited<ReturnType<typeof executePlan>> | 'killed'>
  readonly locks: FakeLocks
}

interface RunOptions {
  readonly history: History
  /** The moment after which the controller is no more. */
  readonly killAfter: number
  readonly stop: AbortSignal
  readonly rollout: Partial<Rollout>
  readonly lockWaitMs: number
  readonly cut: (server: string, script: Script) => boolean
  readonly onJournal: (event: RunEvent) => void
  /** While it waits for a lock. */
  readonly onWaiting: () => void
}

type RunWorldOptions = {
  readonly operation: Operation
  readonly servers: readonly MemoryServer[]
  readonly run?: string
}

export function makeRunWorld({ operation, servers, run = '20261123-090000-test' }: RunWorldOptions): RunWorld {
  const events: JournalEvent[] = []
  const locks = fakeLocks()
  const simulator = crashSimulator()
  let lives = 0

  const live = (life: Partial<RunOptions> = {}) =>
    simulator.live(life.killAfter ?? Number.POSITIVE_INFINITY, (moment) => runOnce(life, moment))

  function runOnce(life: Partial<RunOptions>, moment: Moment) {
    const { cut = () => false } = life
    lives += 1
    const controller = `controller-${lives}`
    const inventory = servers.map(({ server }) => server)
    const rollout = { ...defaultRollout, ...life.rollout }
    const previous = replay(events)
    const stamp = makeStamp(run, events)
    const isResumed = events.length > 0
    const plan: Plan = planFor(operation, servers, rollout)
    const stop = life.stop ?? new AbortController().signal
    const theRun: Run = {
      plan: isResumed ? { ...firstPlan, rollout } : plan,
      operation,
      servers: inventory,
      otherServers: [],
      inventory,
      unavailable: new Set(),
      history: life.history ?? noHistory,
      readPinnedFile: async ({ from }) => `the text of ${from}`,
      runHook: () => Promise.reject(new Error('no program here')),
      previous,
      maxSessions: 60,
      lock: {
        controller,
        owner: `ana@${controller}`,
        takeovers: new Map(),
        isPreviousGone: true,
        waitMs: life.lockWaitMs ?? 0,
      },
      stop,
      clock: fakeClock,
      watcher: {
        onLocked: nothing,
        onBatch: nothing,
        onProgress: (_, words) => {
          if (words.startsWith('waiting: ')) life.onWaiting?.()
        },
        onEnded: nothing,
      },
      journal: {
        run,
        write: async (event) => {
          life.onJournal?.(event)
          // As on a disk, a line is there a while after it was to be written.
          await setImmediate()
          await moment(() => void events.push(stamp(structuredClone(event))))
        },
      },
      connectionTo: (server) => {
        const memory = servers.find((one) => one.server.name === server.name)
        if (memory === undefined) throw new Error(`no ${server.name}`)
        return {
          close: async () => {},
          gatherFacts: () => moment(() => memory.facts()),
          open: unavailablePorts.open,
          run: async (script) => {
            const isCut = cut(server.name, script)
            const facts = await moment(() => runInMemory(locks, memory, script))
            if (isCut) throw new DisconnectedError('the connection was lost')
            return facts
          },
        }
      },
    }
    firstPlan = theRun.plan
    return executePlan(theRun)
  }
  let firstPlan: Plan = planFor(operation, servers, defaultRollout)

  return { events, moments: simulator.moments, run: live, locks }
}

const nothing = () => {}

let timeMs = 0
export const fakeClock: Clock = {
  nowMs: () => timeMs,
  date: () => new Date('2026-11-23T09:00:00Z'),
  // Waits are over at once; what is asked for by a heartbeat never comes.
  sleepMs: (waitMs, stop) => {
    if (waitMs >= 120_000)
      return new Promise((_, reject) => stop?.addEventListener('abort', () => reject(new Error('over'))))
    timeMs += waitMs
    return Promise.resolve()
  },
}

function planFor(operation: Operation, servers: readonly MemoryServer[], rollout: Rollout): Plan {
  const planned = servers.map(({ server, facts }): [string, PlannedStep[]] => [
    server.name,
    operation.steps.map((step) => ({ step: step.id, verdict: step.plan(facts()) })),
  ])
  const names = new Set(
    planned.filter(([, all]) => all.some(({ verdict }) => verdict.status === 'due')).map(([name]) => name),
  )
  const inventory = servers.map(({ server }) => server)
  const due = inventory.filter(({ name }) => names.has(name))
  return {
    version: 1,
    operation: operation.spec,
    rollout,
    batches: makeBatches({ due, inventory, rolling: rollout, unavailable: new Set() }).map((batch) =>
      batch.map(({ name }) => name),
    ),
    planned: Object.fromEntries(planned),
  }
}
