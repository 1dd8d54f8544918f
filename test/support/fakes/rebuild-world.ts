import { randomUUID } from 'node:crypto'
import type { Server } from '../../../src/inventory/server.ts'
import type { JournalEvent } from '../../../src/journal/events.ts'
import { noState, replay } from '../../../src/journal/run-state.ts'
import { combined } from '../../../src/operations/combined.ts'
import { reboot } from '../../../src/operations/reboot/operation.ts'
import { securityUpgrade } from '../../../src/operations/security-upgrade/operation.ts'
import { unattendedUpgrades } from '../../../src/operations/unattended-upgrades/operation.ts'
import type {
  ApplicationContext,
  ApplicationOperation,
  LocalProgram,
  LocalProgramResult,
} from '../../../src/plan/application.ts'
import type { Script, ServerHandle } from '../../../src/plan/context.ts'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import type { Operation } from '../../../src/plan/operation.ts'
import type { Outcome } from '../../../src/plan/outcome.ts'
import type { PlannedStep } from '../../../src/plan/plan.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Fields } from '../../../src/remote/response.ts'
import { executeApplication } from '../../../src/run/application/execute-application.ts'
import { makeNestedRollout } from '../../../src/run/application/nested-rollout.ts'
import { unavailablePorts } from '../builders/step-context.ts'
import { fakeLocks } from './fake-locks.ts'
import { type FakeTraffic, fakeTraffic, trafficContext } from './fake-traffic.ts'
import { fakeRebootServer, rebootOptions } from './operations/reboot.ts'
import { fakeSecurityServer } from './operations/security-upgrade.ts'
import { fakeUnattendedServer, nothingConfigured } from './operations/unattended-upgrades.ts'
import { fakeClock, type MemoryServer } from './run-world.ts'

type Machine = {
  readonly id: string
  readonly environment: string
  readonly name: string
  address: string | undefined
  key: string
  /** The system that is on it; another one after it was made anew. */
  system: MemoryServer
}

/** A provider that lives in memory, with the systems on its machines. */
export interface FakeProvider {
  readonly machines: Machine[]
  /** What it has really done: a request that comes again is not in it. */
  readonly log: string[]
  /** What it does instead of the next thing it is asked for; fails before or after it has done it, or never gives an address. */
  trouble: 'none' | 'fails' | 'half' | 'no-address' | 'rubbish'
  /** Of a machine that is made from now on. */
  nextAddress: number
}

export const providerPath = '/srv/bin/provider'

export const fakeProvider = (): FakeProvider => ({ machines: [], log: [], trouble: 'none', nextAddress: 111 })

/** All that is known of a fresh system: nothing set up, something to upgrade, no restart due. */
function freshSystem(name: string): MemoryServer {
  const upgraded = fakeSecurityServer(name)
  const night = fakeUnattendedServer(name, nothingConfigured())
  const restarted = fakeRebootServer(name)
  return {
    server: upgraded.server,
    facts: () => ({ ...night.facts(), ...ofTheUpgrade(upgraded.facts()), ...ofTheBoot(restarted.facts()), dpkg }),
    state: () => [upgraded.state(), night.state(), restarted.state()],
    answer: (script) => {
      const file = script.files.at(-1)
      if (file === 'ping.sh') return { user: 'root', now: '0' }
      if (file === 'security-upgrade/refresh.sh') return {}
      const isOfTheNight = script.inputs?.job_step?.startsWith('unattended-upgrades')
      const own = isOfTheNight ? undefined : upgraded.answer(script)
      return own ?? night.answer(script) ?? restarted.answer(script)
    },
  }
}

const dpkg = { status: 'known', value: { isInterrupted: false, broken: [], lockHolders: [] } } as const

const ofTheUpgrade = ({ security, needrestart }: ServerFacts) => ({
  ...(security && { security }),
  ...(needrestart && { needrestart }),
})
const ofTheBoot = ({ identity, reboot: flag, systemd }: ServerFacts) => ({
  ...(identity && { identity }),
  ...(flag && { reboot: flag }),
  ...(systemd && { systemd }),
})

/** What a fresh server gets. */
export const provisionOperation = (): Operation =>
  combined('deploy', [
    securityUpgrade({ hold: [], origins: [], allPackages: true, lockTimeoutMs: 1_000, restartServices: false }),
    unattendedUpgrades({ remove: false, hold: [], origins: [] }),
    reboot({ ...rebootOptions, force: true, follows: true }),
  ])

const well = (stdout = ''): LocalProgramResult => ({ stdout, stderr: '', failure: undefined })
const failing = (failure: string): LocalProgramResult => ({ stdout: '', stderr: '', failure })

/** Runs the provider's program. */
export function runProvider(
  provider: FakeProvider,
  { args: [verb = ''] = [], stdin = '' }: LocalProgram,
): LocalProgramResult {
  if (verb === 'list') {
    if (provider.trouble === 'rubbish') return well('all is fine')
    const servers = provider.machines.map(({ system: _, ...machine }) => machine)
    return well(JSON.stringify({ servers }))
  }
  const { key, server } = JSON.parse(stdin)
  if (provider.trouble === 'fails') return failing('ended with exit code 3: quota exceeded')
  const isDone = verb !== 'destroy' && provider.machines.some((one) => one.key === key)
  if (!isDone) doIt(provider, verb, { key, ...server })
  return provider.trouble === 'half' ? failing('did not answer within 600 s') : well()
}

/** What the program is told to make a machine. */
export const createRequest = ({ key, ...server }: Request): LocalProgram => ({
  path: providerPath,
  args: ['create'],
  stdin: JSON.stringify({ key, server }),
  timeoutMs: 1_000,
  isJournalled: true,
})

type Request = { readonly key: string; readonly environment: string; readonly name: string; readonly id?: string }

function doIt(provider: FakeProvider, verb: string, { key, environment, name, id }: Request): void {
  provider.log.push(`${verb} ${name}`)
  const machine = provider.machines.find((one) => one.id === id)
  if (verb === 'create') {
    const address = provider.trouble === 'no-address' ? undefined : `203.0.113.${provider.nextAddress}`
    provider.nextAddress += 1
    const made = { id: `i-${provider.nextAddress}`, environment, name, address, key, system: freshSystem(name) }
    provider.machines.push(made)
  }
  if (machine === undefined) return
  if (verb === 'reinstall') Object.assign(machine, { key, system: freshSystem(name) })
  if (verb === 'destroy') provider.machines.splice(provider.machines.indexOf(machine), 1)
}

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
  /** Systems that stand ready, by their address. */
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
  let moments = 0

  function systemAt({ host, name }: Server): MemoryServer {
    const system = provider.machines.find(({ address }) => address === host)?.system ?? ready.get(host)
    if (system === undefined) throw new DisconnectedError(`${name}: nobody answers at ${host}`)
    return system
  }

  function answerTo(server: Server, script: Script): Fields {
    const system = systemAt(server)
    const facts = locks.answer(server.name, script) ?? system.answer(script)
    if (facts === undefined) throw new Error(`${server.name} knows no ${script.files.join(' ')}`)
    return new Map(Object.entries(facts).map(([key, value]) => [key, [value]]))
  }

  const base: ApplicationContext = { ...trafficContext(traffic), runId }
  const runProgram = async (program: LocalProgram) =>
    program.path === providerPath ? runProvider(provider, program) : base.runProgram(program)
  const seen = await operation.gatherState({ ...base, runId: '', runProgram })
  const planned: readonly PlannedStep[] = operation.steps.map((step) => ({ step: step.id, verdict: step.plan(seen) }))

  function live(killAfter = Number.POSITIVE_INFINITY): Promise<Outcome | 'killed'> {
    let left = killAfter
    let die = () => {}
    const death = new Promise<'killed'>((resolve) => {
      die = () => resolve('killed')
    })
    // Nothing happens in a process that is no more: who waits for it waits for ever.
    const moment = async <T>(work: () => T | Promise<T>): Promise<T> => {
      if (left <= 0) return new Promise(() => {})
      moments += 1
      left -= 1
      const isLast = left <= 0
      try {
        return await work()
      } finally {
        if (isLast) {
          die()
          await new Promise(() => {})
        }
      }
    }
    const previous = replay(events)
    const met = new Map<string, Server>()
    const connectionTo = (server: Server) => ({
      close: async () => {},
      open: unavailablePorts.open,
      gatherFacts: () => moment(() => systemAt(server).facts()),
      run: (script: Script) => moment(() => answerTo(server, script)),
    })
    const write = (event: object) =>
      moment(() => void events.push(structuredClone({ at: '2026-11-23T09:00:00Z', ...event }) as JournalEvent))
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
    const performed = executeApplication({
      operation,
      contextFor: () => ctx,
      previous: previous.servers.get(operation.subject) ?? noState,
      planned,
      writeEvent: write,
      stop: new AbortController().signal,
    })
    return Promise.race([performed, death])
  }

  const world: RebuildWorld = {
    traffic: traffic,
    provider: provider,
    events,
    moments: () => moments,
    run: live,
    hostKeys,
    waitedMs: base.nowMs,
  }
  return { ...world, planned, locks }
}
