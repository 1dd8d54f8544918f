import { readFileSync } from 'node:fs'
import { optionsWithoutConfig } from '../../src/ssh/config/ssh-config.ts'
import { openConnections } from '../../src/ssh/connect.ts'
import { ConnectError } from '../../src/ssh/connect-error.ts'

// A program of its own: connects once, runs `true`, closes, prints what became of it, and must then end by itself.
async function connectOnce(): Promise<string> {
  const { port, keyFile, knownHostsLine, agentSocket } = JSON.parse(readFileSync(0, 'utf8'))
  const connections = openConnections({
    local: { home: '/nonexistent', localUser: 'ana', agentSocket },
    hostOptions: async (question) => ({ ...optionsWithoutConfig(question, 'ana'), identityFiles: [keyFile] }),
    knownHosts: { read: async () => knownHostsLine, append: async () => undefined, replace: async () => undefined },
    timeouts: { tcpMs: 1_000, handshakeMs: 1_000 },
  })
  const server = { name: 'web-1', host: '127.0.0.1', port, groups: ['docker'], spare: false }
  try {
    const session = await connections.connect(server, new AbortController().signal)
    const command = { command: 'sh -s', stdin: 'true\n', timeoutMs: 1_000, limitBytes: 100_000 }
    const { ending } = await session.run(command).finally(session.close)
    return ending.how
  } finally {
    await connections.close()
  }
}

connectOnce().then(
  (how) => process.stdout.write(how),
  (error: unknown) => process.stdout.write(error instanceof ConnectError ? error.kind : String(error)),
)
