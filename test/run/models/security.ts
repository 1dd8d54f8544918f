import { securityUpgrade } from '../../../src/operations/security-upgrade.ts'
import type { Planned } from '../../../src/remote/look.ts'
import { aLook } from '../../support/looks.ts'
import { aServer, type MemoryServer } from '../in-memory.ts'
import { memoryJobs } from './memory-jobs.ts'
import type { Model } from './model.ts'

type Patched = { version: string; isInterrupted: boolean; stale: readonly string[]; upgrades: number; restarts: number }

const fix: Planned = { name: 'openssl', from: '3.0.1', to: '3.0.2', origin: 'Ubuntu:24.04/noble-security' }
const known = <T>(value: T) => ({ is: 'known', value }) as const

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
        libraries: known({ hasTool: true, kernel: 'current', services: server.stale }),
      }),
    state: () => structuredClone(server),
    answer: (script) => {
      switch (script.files.at(-1)) {
        case 'security-upgrade/moved.sh':
          return server.version === '3.0.1' ? {} : { moved: 'openssl|3.0.1|3.0.2' }
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

export const securityOperation = () =>
  securityUpgrade({ hold: [], origins: [], lockTimeoutMs: 1000, restartServices: true })

/** An upgrade on servers whose dpkg was interrupted, after which a service runs old code. */
export const securityModels: readonly Model[] = [
  { operation: securityOperation, servers: () => [securityServer('web-1'), securityServer('web-2')] },
]
