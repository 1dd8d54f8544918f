import { MaestroError } from '../../src/base/errors.ts'
import type { Hold, Operation, Script, Step } from '../../src/plan/step.ts'
import type { Look } from '../../src/remote/facts/facts.ts'
import { only } from '../../src/remote/fields.ts'
import { aServer, type MemoryServer } from './in-memory.ts'

/** What there is to a made-up server: a version that is set, a boot that is counted, a place in service. */
export interface Made extends MemoryServer {
  version: string
  boots: number
  isServing: boolean
  isHealthy: boolean
  /** What the next change does instead: fails before or after it is done, or never says how it stands. */
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

const scripts: Readonly<Record<string, (made: Made, inputs: Inputs) => Inputs>> = {
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

export function aMadeServer(name: string, groups?: readonly string[]): Made {
  const made: Made = {
    server: aServer(name, groups),
    version: '1',
    boots: 0,
    isServing: true,
    isHealthy: true,
    trouble: 'none',
    asked: [],
    booted: new Set(),
    look: () => ({ at: 0, weave: { is: 'known', value: { version: made.version, isRunning: true } } }) as Look,
    state: () => ({ version: made.version, boots: made.boots, isServing: made.isServing }),
    answer: ({ files: [file = ''], inputs = {} }) => {
      made.asked.push(file)
      return scripts[file]?.(made, inputs)
    },
  }
  return made
}

const versionOf = (look: Look) => (look.weave?.is === 'known' ? look.weave.value?.version : undefined)

/** Sets the version to 2. */
const change = (isUnsure: (server: string) => boolean): Step<{ to: string }, { from: string }> => ({
  id: 'change',
  effect: 'changes',
  parts: ['weave'],
  foresee: (look) => (versionOf(look) === '2' ? { is: 'done', why: 'it is 2' } : { is: 'due', what: { to: '2' } }),
  describe: ({ to }) => [`version ${to}`],
  before: async (at) => ({ from: only(await at.ask(script('read')), 'version') }),
  settled: async (at) => {
    if (isUnsure(at.server.name)) return 'unknown'
    return only(await at.ask(script('read')), 'version') === '2' ? 'yes' : 'no'
  },
  act: async (at) => void (await at.ask(script('set', { version: '2' }))),
  prove: async (at) => {
    const version = only(await at.ask(script('read')), 'version')
    if (version !== '2') throw new MaestroError(`the version is still ${version}`)
    return { version }
  },
})

/** Boots it once, where a look of now says that the version has changed. */
export const restart: Step<null, { boots: number }> = {
  id: 'restart',
  effect: 'disrupts',
  parts: ['weave'],
  foresee: (look) =>
    versionOf(look) === '2' ? { is: 'due', what: null } : { is: 'not-due', why: 'nothing has changed' },
  drift: () => undefined,
  describe: () => ['restart'],
  before: async (at) => ({ boots: Number(only(await at.ask(script('read')), 'boots')) }),
  settled: async (at, { boots }) => (Number(only(await at.ask(script('read')), 'boots')) > boots ? 'yes' : 'no'),
  act: async (at) => void (await at.ask(script('boot', { key: at.key }))),
  prove: async (at, { boots }) => {
    const now = Number(only(await at.ask(script('read')), 'boots'))
    if (now !== boots + 1) throw new MaestroError(`${now - boots} boots`)
    return { boots: now }
  },
}

const outOfService: Hold<{ serving: string }> = {
  id: 'service',
  describe: 'each server is out of service',
  find: async (at) => ({ serving: only(await at.ask(script('read')), 'serving') }),
  take: async (at) => void (await at.ask(script('serve', { serving: 'no' }))),
  release: async (at, { serving }) => void (await at.ask(script('serve', { serving }))),
}

/** A change, then a restart that takes the server out of service. */
export function aChange(servers: readonly Made[]): Operation {
  const find = (name: string) => servers.find(({ server }) => server.name === name)
  return {
    recipe: { name: 'made-up', options: {} },
    parts: ['weave'],
    pass: {
      steps: [change((name) => find(name)?.trouble === 'unsure'), restart],
      drain: outOfService,
      healthy: async ({ server }) => {
        if (!find(server.name)?.isHealthy) throw new MaestroError('it does not answer')
        return {}
      },
    },
  }
}
