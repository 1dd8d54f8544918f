import { afterEach, beforeEach } from 'vitest'
import type { HostOptions } from '../../src/ssh/config/host-options.ts'
import type { ConnectionOptions } from '../../src/ssh/connection-options.ts'
import { type Agent, startAgent } from '../support/agent.ts'
import {
  type KeyPair,
  makeKeyPair,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from '../support/ssh-server.ts'
import { aGround, type Ground, runOnce, serverAt, trust } from './a-connection.ts'

/** What a test about logging in needs; it is made anew for each test, and everything ends with it. */
export interface Logins {
  readonly ground: Ground
  /** What is to happen at the end. */
  readonly ends: (() => unknown)[]
  /** A server whose host key is known. */
  readonly aServer: (options?: SshServerOptions) => Promise<SshServer>
  readonly anAgent: (pairs: readonly KeyPair[]) => Promise<Agent>
  readonly logIn: (
    server: Pick<SshServer, 'port'>,
    change?: Partial<HostOptions>,
    more?: Partial<ConnectionOptions>,
  ) => Promise<unknown>
}

/** To be called once in a test file. */
export function useLogins(): Logins {
  let ground: Ground
  const ends: (() => unknown)[] = []
  beforeEach(() => {
    ground = aGround()
  })
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()))
    ground.remove()
  })
  return {
    get ground() {
      return ground
    },
    ends,
    aServer: async (options) => {
      const server = await startSshServer(options)
      ends.push(server.stop)
      trust(ground, server)
      return server
    },
    anAgent: async (pairs) => {
      const agent = await startAgent()
      ends.push(agent.stop)
      for (const pair of pairs) agent.add(pair.private)
      return agent
    },
    logIn: (server, change, more) => runOnce(ground.options(change, more), serverAt(server.port), async () => 'in'),
  }
}

export const withAgent = ({ socket }: Pick<Agent, 'socket'>) => ({
  local: { home: '/', localUser: 'ana', agentSocket: socket },
})

export const agentTools = ['ssh-agent', 'ssh-add']

export const some = (count: number) => Array.from({ length: count }, () => makeKeyPair())

/** The keys that a server was shown, each once, in base64. */
export const keysOffered = ({ offers }: SshServer) => [...new Set(offers.map(({ key }) => key?.toString('base64')))]

export const base64 = ({ public: line }: KeyPair) => line.split(' ')[1]
