import { randomUUID } from 'node:crypto'
import type { Passwords } from '../../cli/passwords.ts'
import type { Server } from '../../inventory/server.ts'
import type { Journal } from '../../journal/journal.ts'
import type { RunState } from '../../journal/run-state.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { makeApplicationContexts } from '../../run/application/application-context.ts'
import { realClock } from '../../run/clock.ts'
import { ownerName } from '../run-info.ts'
import type { Pause } from '../targets/connections.ts'
import { makeApplicationConnections, type TargetServers } from './connections.ts'

/** An application, ready to be asked and changed. */
export interface LoadedApplication {
  /** The environment whose settings hold. */
  readonly manifest: Manifest
  readonly targets: TargetServers
  /** What is asked by SSH, named as `inEnvironment` has it. */
  readonly servers: readonly Server[]
}

export type ContextRequest = {
  readonly loaded: LoadedApplication
  /** What the journal calls the application. */
  readonly subject: string
  readonly passwords: Passwords
  readonly stop: AbortSignal
  readonly onProgress: (doing: string) => void
  readonly pause?: Pause
  readonly journal?: Journal
  /** What an earlier process of this run has journalled; absent where no server is changed. */
  readonly previous?: RunState
}

// What asks the application beside its servers has connections of its own.
const sessionsForPeers = 4

/** Does work through the contexts of an application's steps, and closes what they have opened. */
export async function withApplicationContext<T>(
  { loaded, passwords, previous, pause = (question) => question(), ...options }: ContextRequest,
  work: (contextFor: (step: string) => ApplicationContext) => Promise<T>,
): Promise<T> {
  const { targets, servers, manifest } = loaded
  const connections = makeApplicationConnections(targets, { passwords, pause })
  const maxSessions = Math.max(1, manifest.settings.ssh.maxSessions - sessionsForPeers)
  const lock = {
    controller: randomUUID(),
    owner: ownerName(),
    takeovers: new Map<string, string>(),
    isPreviousGone: true,
    waitMs: 0,
  }
  const contexts = makeApplicationContexts({
    ...options,
    ...connections,
    servers,
    clock: realClock,
    ...(previous && { nested: { previous, lock, maxSessions } }),
  })
  try {
    return await work(contexts.contextFor)
  } finally {
    await contexts.close()
    await connections.close()
  }
}
