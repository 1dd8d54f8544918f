import { securityUpgrade } from '../../../../src/operations/security-upgrade/operation.ts'
import type { SecurityUpgradeOptions } from '../../../../src/operations/security-upgrade/options.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import type { Planned } from '../../../../src/remote/facts/security.ts'
import { buildFacts, known } from '../../builders/build-facts.ts'
import { buildServer } from '../../builders/build-server.ts'
import { fakeJobs } from '../fake-jobs.ts'
import type { MemoryServer } from '../memory-server.ts'
import type { OperationModel } from './operation-model.ts'
import { fakeUnattendedServer, nothingConfigured } from './unattended-upgrades.ts'

type Patched = { version: string; isInterrupted: boolean; stale: readonly string[]; upgrades: number; restarts: number }

const fix: Planned = { name: 'openssl', from: '3.0.1', to: '3.0.2', origin: 'Ubuntu:24.04/noble-security' }

export function fakeSecurityServer(name: string): MemoryServer {
  const server: Patched = { version: '3.0.1', isInterrupted: true, stale: [], upgrades: 0, restarts: 0 }
  const jobs = fakeJobs({
    'dpkg-repair': () => {
      server.isInterrupted = false
    },
    'security-upgrade': () => {
      server.version = '3.0.2'
      server.upgrades += 1
      server.stale = ['nginx.service']
    },
  })
  return {
    server: buildServer(name),
    facts: () =>
      buildFacts({
        security: known({ packages: server.version === '3.0.1' ? [fix] : [], wrongSources: [], downloadBytes: 1000 }),
        dpkg: known({ isInterrupted: server.isInterrupted, broken: [], lockHolders: [] }),
        needrestart: known({ hasTool: true, kernel: 'current', services: server.stale }),
      }),
    state: () => structuredClone(server),
    answer: (script) => {
      switch (script.files.at(-1)) {
        case 'security-upgrade/verify.sh':
          return server.version === '3.0.1'
            ? { moved_since: 'no' }
            : { moved_since: 'yes', moved: 'openssl|3.0.1|3.0.2', moved_planned: 'openssl|3.0.2' }
        case 'security-upgrade/restart.sh':
          server.stale = []
          server.restarts += 1
          return {}
        default:
          return jobs(script)
      }
    },
  }
}

// Neither knows what the other is asked.
function bareServer(name: string): MemoryServer {
  const upgraded = fakeSecurityServer(name)
  const unattended = fakeUnattendedServer(name, nothingConfigured())
  return {
    server: buildServer(name),
    facts: () => ({ ...unattended.facts(), ...ofTheUpgrade(upgraded.facts()) }),
    state: () => [upgraded.state(), unattended.state()],
    answer: (script) => {
      const isUnattended = script.inputs?.job_step?.startsWith('unattended-upgrades')
      return (isUnattended ? undefined : upgraded.answer(script)) ?? unattended.answer(script)
    },
  }
}

const ofTheUpgrade = ({ security, dpkg, needrestart }: ServerFacts) => ({
  ...(security && { security }),
  ...(dpkg && { dpkg }),
  ...(needrestart && { needrestart }),
})

export const securityOptions: SecurityUpgradeOptions = {
  hold: [],
  origins: [],
  allPackages: false,
  lockTimeoutMs: 1000,
  stallTimeoutMs: 60_000,
  restartServices: true,
  unattendedUpgrades: null,
}

export const securityOperation = () => securityUpgrade(securityOptions)

/** An upgrade on servers whose dpkg was interrupted, after which a service runs old code; and one that configures unattended upgrades, too. */
export const securityUpgradeModels: readonly OperationModel[] = [
  { operation: securityOperation, servers: () => [fakeSecurityServer('web-1'), fakeSecurityServer('web-2')] },
  {
    operation: () => securityUpgrade({ ...securityOptions, unattendedUpgrades: { hold: [], origins: [] } }),
    servers: () => [bareServer('web-1'), bareServer('web-2')],
  },
]
