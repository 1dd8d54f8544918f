import { securityUpgrade } from '../../../../src/operations/security-upgrade/operation.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import type { Planned } from '../../../../src/remote/facts/security.ts'
import { aLook } from '../../builders/build-facts.ts'
import { memoryJobs } from '../fake-jobs.ts'
import { aServer, type MemoryServer } from '../run-world.ts'
import type { Model } from './operation-model.ts'
import { bare, nightServer } from './unattended-upgrades.ts'

type Patched = { version: string; isInterrupted: boolean; stale: readonly string[]; upgrades: number; restarts: number }

const fix: Planned = { name: 'openssl', from: '3.0.1', to: '3.0.2', origin: 'Ubuntu:24.04/noble-security' }
const known = <T>(value: T) => ({ status: 'known', value }) as const

export function securityServer(name: string): MemoryServer {
  const server: Patched = { version: '3.0.1', isInterrupted: true, stale: [], upgrades: 0, restarts: 0 }
  const jobs = memoryJobs({
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
    server: aServer(name),
    look: () =>
      aLook({
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
  const upgraded = securityServer(name)
  const night = nightServer(name, bare())
  return {
    server: aServer(name),
    look: () => ({ ...night.look(), ...ofTheUpgrade(upgraded.look()) }),
    state: () => [upgraded.state(), night.state()],
    answer: (script) => {
      const isOfTheNight = script.inputs?.job_step?.startsWith('unattended-upgrades')
      return (isOfTheNight ? undefined : upgraded.answer(script)) ?? night.answer(script)
    },
  }
}

const ofTheUpgrade = ({ security, dpkg, needrestart }: ServerFacts) => ({
  ...(security && { security }),
  ...(dpkg && { dpkg }),
  ...(needrestart && { needrestart }),
})

const options = { hold: [], origins: [], lockTimeoutMs: 1000, restartServices: true }

export const securityOperation = () => securityUpgrade(options)

/** An upgrade on servers whose dpkg was interrupted, after which a service runs old code; and one that sets up the nights, too. */
export const securityModels: readonly Model[] = [
  { operation: securityOperation, servers: () => [securityServer('web-1'), securityServer('web-2')] },
  {
    operation: () => securityUpgrade({ ...options, unattendedUpgrades: { hold: [], origins: [] } }),
    servers: () => [bareServer('web-1'), bareServer('web-2')],
  },
]
