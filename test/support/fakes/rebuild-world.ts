import { randomUUID } from 'node:crypto'
import type { Server } from '../../../src/inventory/server.ts'
import type { JournalEvent, RunEvent } from '../../../src/journal/events.ts'
import { noState, replay } from '../../../src/journal/run-state.ts'
import { makeStamp } from '../../../src/journal/stamp-event.ts'
import type { ApplicationContext, ApplicationOperation, LocalProgram } from '../../../src/plan/application.ts'
import type { Script, ServerHandle } from '../../../src/plan/context.ts'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import type { Outcome } from '../../../src/plan/outcome.ts'
import type { PlannedStep } from '../../../src/plan/plan.ts'
import { executeApplication } from '../../../src/run/application/execute-application.ts'
import { makeNestedRollout } from '../../../src/run/application/nested-rollout.ts'
import { unavailablePorts } from '../builders/step-context.ts'
import { crashSimulator, type Moment } from '../crash-simulator.ts'
import { fakeLocks } from './fake-locks.ts'
import { type FakeProvider, fakeProvider, providerPath, runProvider } from './fake-provider.ts'
import { type FakeTraffic, fakeTraffic, trafficContext } from './fake-traffic.ts'
import type { MemoryServer } from './memory-server.ts'
import { runInMemory } from './memory-server.ts'
import { fakeClock } from './run-world.ts'

/** An application with its provider and its journal, which may come to a sudden end at any of its moments. */
export interface RebuildWorld {
  readonly traffic: FakeTraffic
  readonly provider: FakeProvider
  readonly events: JournalEvent[]
  readonly moments: () => number
  readonly run: (killAfter?: number) => Promise<Outcome | 'killed'>
  /** Host keys that were taken, in order: of whom, and whether by the provider's word. */
  readonly hostKeys: string[]
  /** By the clock of the application's own steps. */
  readonly waitedMs: () => number
}

type RebuildWorldOptions = {
  readonly operation: ApplicationOperation
  readonly provider?: FakeProvider
  readonly traffic?: FakeTraffic
  /** Spare systems, by their address. */
  readonly ready?: ReadonlyMap<string, MemoryServer>
  /** Beside them, by name. */
  readonly others?: ReadonlyMap<string, ServerHandle>
}

export const runId = '20261123-090000-test'

export async function makeRebuildWorld({
  operation,
  provider = fakeProvider(),
  traffic = fakeTraffic(),
  ready = new Map(),
  others = new Map(),
}: RebuildWorldOptions) {
  const events: JournalEvent[] = []
  const hostKeys: string[] = []
  const locks = fakeLocks()
  const simulator = crashSimulator()

  function systemAt({ host, name }: Server): MemoryServer {
    const system = provider.machines.find(({ address }) => address === host)?.system ?? ready.get(host)
    if (system === undefined) throw new DisconnectedError(`${name}: nobody answers at ${host}`)
    return system
  }

  const base: ApplicationContext = { ...trafficContext(traffic), runId }
  const runProgram = async (program: LocalProgram) =>
    program.path === providerPath ? runProvider(provider, program) : base.runProgram(program)
  const seen = await operation.gatherState({ ...base, runId: '', runProgram })
  const planned: readonly PlannedStep[] = operation.steps.map((step) => ({ step: step.id, verdict: step.plan(seen) }))

  const live = (killAfter = Number.POSITIVE_INFINITY) => simulator.live(killAfter, runOnce)

  function runOnce(moment: Moment): Promise<Outcome> {
    const previous = replay(events)
    const stamp = makeStamp(runId, events)
    const met = new Map<string, Server>()
    const connectionTo = (server: Server) => ({
      close: async () => {},
      open: unavailablePorts.open,
      gatherFacts: () => moment(() => systemAt(server).facts()),
      run: (script: Script) => moment(() => runInMemory(locks, { ...systemAt(server), server }, script)),
    })
    const write = (event: RunEvent) => moment(() => void events.push(stamp(structuredClone(event))))
    const rolling = makeNestedRollout({
      journal: { run: runId, write },
      previous,
      connectionTo,
      lock: { controller: randomUUID(), owner: 'ana@ops-1', takeovers: new Map(), isPreviousGone: true, waitMs: 0 },
      maxSessions: 60,
      clock: fakeClock,
      stop: new AbortController().signal,
      onProgress: () => {},
    })
    const ctx: ApplicationContext = {
      ...base,
      ...rolling,
      askDns: (question) => moment(() => base.askDns(question)),
      openLocal: (to, timeoutMs) => moment(() => base.openLocal(to, timeoutMs)),
      runProgram: (program) => moment(() => runProgram(program)),
      addServer: (server) => void met.set(server.name, server),
      server: (name) => {
        const server = met.get(name)
        if (server !== undefined) return { server, ...connectionTo(server) }
        const port = others.get(name) ?? base.server(name)
        return { ...port, open: (to, timeoutMs) => moment(() => port.open(to, timeoutMs)) }
      },
      replaceHostKey: (server, keys) =>
        moment(() => {
          systemAt(server)
          hostKeys.push(`${server.name} ${keys.length > 0 ? 'told' : 'shown'}`)
          return 'ssh-ed25519 SHA256:x'
        }),
    }
    return executeApplication({
      operation,
      contextFor: () => ctx,
      previous: previous.servers.get(operation.subject) ?? noState,
      planned,
      writeEvent: write,
      stop: new AbortController().signal,
    })
  }

  const world: RebuildWorld = {
    traffic,
    provider,
    events,
    moments: simulator.moments,
    run: live,
    hostKeys,
    waitedMs: base.nowMs,
  }
  return { ...world, planned, locks }
}
