import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from '../../src/inventory/server.ts'
import type { HostOptions } from '../../src/ssh/config/host-options.ts'
import { optionsWithoutConfig } from '../../src/ssh/config/ssh-config.ts'
import { type Connections, openConnections } from '../../src/ssh/connect.ts'
import type { ConnectionOptions } from '../../src/ssh/connection-options.ts'
import type { Session } from '../../src/ssh/session/session.ts'
import { makeKeyPair, type SshServer, wireForm } from '../support/ssh-server.ts'

/** A computer with one key and known_hosts of its own, from which tests connect. */
export interface Ground {
  readonly keyFile: string
  readonly publicKey: Buffer
  readonly publicLine: string
  readonly knownHosts: string[]
  readonly appended: string[]
  readonly options: (change?: Partial<HostOptions>, more?: Partial<ConnectionOptions>) => ConnectionOptions
  readonly remove: () => void
}

export function aGround(): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-ssh-'))
  const keyFile = join(folder, 'id_ed25519')
  const pair = makeKeyPair()
  writeFileSync(keyFile, pair.private, { mode: 0o600 })
  const knownHosts: string[] = []
  const appended: string[] = []
  return {
    keyFile,
    publicKey: wireForm(pair.public),
    publicLine: pair.public,
    knownHosts,
    appended,
    remove: () => rmSync(folder, { recursive: true }),
    options: (change = {}, more = {}) => ({
      local: { home: folder, localUser: 'ana', agentSocket: undefined },
      hostOptions: async (question) => ({
        ...optionsWithoutConfig({ user: 'deploy', ...question }, 'ana'),
        identityFiles: [keyFile],
        knownHostsFiles: ['known_hosts'],
        globalKnownHostsFiles: [],
        ...change,
      }),
      knownHosts: {
        read: async () => knownHosts.join('\n'),
        append: async (_path, { name }) => void appended.push(name),
        replace: async () => undefined,
      },
      ...more,
    }),
  }
}

export const never = new AbortController().signal

export const serverAt = (port: number, more: Partial<Server> = {}): Server => ({
  name: 'web-1',
  host: '127.0.0.1',
  port,
  groups: ['docker'],
  spare: false,
  ...more,
})

/** Runs a script over a fresh connection and closes everything. */
export async function runOnce(
  options: ConnectionOptions,
  server: Server,
  work: (session: Session) => Promise<unknown>,
): Promise<unknown> {
  const connections: Connections = openConnections(options)
  try {
    const session = await connections.connect(server, never)
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  } finally {
    await connections.close()
  }
}

export const trust = (options: Ground, server: SshServer) => void options.knownHosts.push(server.knownHostsLine)

export const script = (stdin: string) => ({ command: 'sh -s', stdin, timeoutMs: 5_000, limitBytes: 1024 * 1024 })
