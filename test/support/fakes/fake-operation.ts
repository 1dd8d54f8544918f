import * as z from 'zod'
import { MaestroError } from '../../../src/base/errors.ts'
import type { Script } from '../../../src/plan/context.ts'
import { defineDrain, defineStep } from '../../../src/plan/define-step.ts'
import type { Operation } from '../../../src/plan/operation.ts'
import { lazily, nothing } from '../../../src/plan/schema/schema.ts'
import type { Step } from '../../../src/plan/step.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { required } from '../../../src/remote/fields.ts'
import { buildServer } from '../builders/build-server.ts'
import type { MemoryServer } from './memory-server.ts'

/** What there is to a made-up server: a version that is set, a boot that is counted, a place in service. */
export interface VersionedServer extends MemoryServer {
  version: string
  boots: number
  isServing: boolean
  isHealthy: boolean
  /** What the next change does instead: fails before or after it is done, or has an unknown status. */
  trouble: 'none' | 'fails' | 'lies' | 'unsure'
  readonly asked: string[]
  readonly booted: Set<string>
}

const script = (name: string, inputs: Readonly<Record<string, string>> = {}): Script => ({
  files: [`made-up/${name}.sh`],
  inputs,
  asRoot: true,
  timeoutMs: 1000,
})

type Inputs = Readonly<Record<string, string>>

const scripts: Readonly<Record<string, (made: VersionedServer, inputs: Inputs) => Inputs>> = {
  'made-up/read.sh': ({ version, boots, isServing }) => ({
    version,
    boots: String(boots),
    serving: isServing ? 'yes' : 'no',
  }),
  'made-up/set.sh': (made, { version = '' }) => {
    if (made.trouble === 'fails') throw new MaestroError('the disk is full')
    if (made.trouble !== 'lies') made.version = version
    return {}
  },
  // As a unit of that name would: the second is refused.
  'made-up/boot.sh': (made, { key = '' }) => {
    if (!made.booted.has(key)) made.boots += 1
    made.booted.add(key)
    return {}
  },
  'made-up/serve.sh': (made, { serving }) => {
    made.isServing = serving === 'yes'
    return {}
  },
}

export function fakeVersionedServer(name: string, groups?: readonly string[]): VersionedServer {
  const made: VersionedServer = {
    server: buildServer(name, groups),
    version: '1',
    boots: 0,
    isServing: true,
    isHealthy: true,
    trouble: 'none',
    asked: [],
    booted: new Set(),
    facts: () =>
      ({ at: 0, weave: { status: 'known', value: { version: made.version, isRunning: true } } }) as ServerFacts,
    state: () => ({ version: made.version, boots: made.boots, isServing: made.isServing }),
    answer: ({ files: [file = ''], inputs = {} }) => {
      made.asked.push(file)
      return scripts[file]?.(made, inputs)
    },
  }
  return made
}

const versionOf = (facts: ServerFacts) => (facts.weave?.status === 'known' ? facts.weave.value?.version : undefined)

const changeSchemas = {
  change: lazily(() => z.strictObject({ to: z.string() })),
  snapshot: lazily(() => z.strictObject({ from: z.string() })),
  evidence: lazily(() => z.strictObject({ version: z.string() })),
}

/** Sets the version to 2. */
const change = (isUnsure: (server: string) => boolean): Step =>
  defineStep({
    id: 'change',
    effect: 'changes',
    schemas: changeSchemas,
    facts: ['weave'],
    plan: (facts) =>
      versionOf(facts) === '2' ? { status: 'done', why: 'it is 2' } : { status: 'due', change: { to: '2' } },
    describe: ({ to }) => [`version ${to}`],
    snapshot: async (ctx) => ({ from: required(await ctx.run(script('read')), 'version') }),
    status: async (ctx) => {
      if (isUnsure(ctx.server.name)) return 'unknown'
      return required(await ctx.run(script('read')), 'version') === '2' ? 'yes' : 'no'
    },
    apply: async (ctx) => void (await ctx.run(script('set', { version: '2' }))),
    verify: async (ctx) => {
      const version = required(await ctx.run(script('read')), 'version')
      if (version !== '2') throw new MaestroError(`the version is still ${version}`)
      return { version }
    },
  })

const boots = lazily(() => z.strictObject({ boots: z.number() }))

/** Boots it once, where the current facts say that the version has changed. */
export const restartStep: Step = defineStep({
  schemas: { change: nothing, snapshot: boots, evidence: boots },
  id: 'restart',
  effect: 'disrupts',
  facts: ['weave'],
  plan: (facts) =>
    versionOf(facts) === '2' ? { status: 'due', change: null } : { status: 'not-due', why: 'nothing has changed' },
  exceedsPlan: () => undefined,
  describe: () => ['restart'],
  snapshot: async (ctx) => ({ boots: Number(required(await ctx.run(script('read')), 'boots')) }),
  status: async (ctx, { boots }) => (Number(required(await ctx.run(script('read')), 'boots')) > boots ? 'yes' : 'no'),
  apply: async (ctx) => void (await ctx.run(script('boot', { key: ctx.key }))),
  verify: async (ctx, { boots }) => {
    const now = Number(required(await ctx.run(script('read')), 'boots'))
    if (now !== boots + 1) throw new MaestroError(`${now - boots} boots`)
    return { boots: now }
  },
})

const outOfService = defineDrain({
  id: 'service',
  found: lazily(() => z.strictObject({ serving: z.string() })),
  describe: 'each server is out of service',
  detect: async (ctx) => ({ serving: required(await ctx.run(script('read')), 'serving') }),
  drain: async (ctx) => void (await ctx.run(script('serve', { serving: 'no' }))),
  undrain: async (ctx, { serving }) => void (await ctx.run(script('serve', { serving }))),
})

/** A change, then a restart that takes the server out of service. */
export function fakeOperation(servers: readonly VersionedServer[]): Operation {
  const find = (name: string) => servers.find(({ server }) => server.name === name)
  return {
    spec: { name: 'made-up', options: {} },
    facts: ['weave'],
    steps: [change((name) => find(name)?.trouble === 'unsure'), restartStep],
    drain: outOfService,
    healthCheck: async ({ server }) => {
      if (!find(server.name)?.isHealthy) throw new MaestroError('it does not answer')
      return {}
    },
  }
}
