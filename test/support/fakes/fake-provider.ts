import { combined } from '../../../src/operations/combined.ts'
import { reboot } from '../../../src/operations/reboot/operation.ts'
import { securityUpgrade } from '../../../src/operations/security-upgrade/operation.ts'
import { unattendedUpgrades } from '../../../src/operations/unattended-upgrades/operation.ts'
import type { LocalProgram, LocalProgramResult } from '../../../src/plan/application.ts'
import type { Operation } from '../../../src/plan/operation.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { MemoryServer } from './memory-server.ts'
import { fakeRebootServer, rebootOptions } from './operations/reboot.ts'
import { fakeSecurityServer, securityOptions } from './operations/security-upgrade.ts'
import { fakeUnattendedServer, nothingConfigured } from './operations/unattended-upgrades.ts'

type Machine = {
  readonly id: string
  readonly environment: string
  readonly name: string
  address: string | undefined
  key: string
  /** The system that is on it; another one after a reinstall. */
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
  const unattended = fakeUnattendedServer(name, nothingConfigured())
  const restarted = fakeRebootServer(name)
  return {
    server: upgraded.server,
    facts: () => ({ ...unattended.facts(), ...ofTheUpgrade(upgraded.facts()), ...ofTheBoot(restarted.facts()), dpkg }),
    state: () => [upgraded.state(), unattended.state(), restarted.state()],
    answer: (script) => {
      const file = script.files.at(-1)
      if (file === 'ping.sh') return { user: 'root', now: '0' }
      if (file === 'security-upgrade/refresh.sh') return {}
      const isUnattended = script.inputs?.job_step?.startsWith('unattended-upgrades')
      const own = isUnattended ? undefined : upgraded.answer(script)
      return own ?? unattended.answer(script) ?? restarted.answer(script)
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
    securityUpgrade({ ...securityOptions, allPackages: true, restartServices: false }),
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

/** The request that makes a machine. */
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
