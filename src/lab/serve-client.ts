import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AuthContext, Connection } from 'ssh2'
import { type Account, runShell } from './run-shell.ts'

type Serving = {
  readonly account: Account
  /** The one key that is let in, in wire form. */
  readonly allowed: Buffer
  /** Called before each command; it begins when that is done. */
  readonly beforeCommand: () => Promise<void>
}

/** Serves one client of a server of the lab as its sshd would: a login by key, commands, and streams to its application and sockets. */
export function serveClient(client: Connection, { account, allowed, beforeCommand }: Serving): void {
  client.on('error', () => undefined)
  client.on('authentication', (request) => {
    if (isLetIn(request, { account, allowed })) request.accept()
    else request.reject(['publickey'])
  })
  client.on('session', (accept) => {
    accept().on('exec', async (acceptExec, _reject, { command }) => {
      const channel = acceptExec()
      await beforeCommand()
      if (!channel.destroyed) runShell(channel, command, account)
    })
  })
  client.on('tcpip', (accept, reject, { destPort }) => {
    if (destPort === applicationPort) answerHttp(accept())
    else reject()
  })
  client.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
    const socket = connect(`${account.root}${socketPath}`)
    socket.once('error', () => reject())
    socket.once('connect', () => {
      const channel: Duplex = accept()
      socket.removeAllListeners('error').on('error', () => channel.destroy())
      channel.on('error', () => socket.destroy())
      channel.pipe(socket).pipe(channel)
    })
  })
}

type Known = Pick<Serving, 'account' | 'allowed'>

// ssh2 has checked the signature of a request that carries one.
const isLetIn = (request: AuthContext, { account, allowed }: Known) =>
  request.method === 'publickey' && request.username === account.user && request.key.data.equals(allowed)

/** Where the application of a web server answers. */
export const applicationPort = 8080

function answerHttp(stream: Duplex): void {
  stream.on('error', () => undefined)
  stream.once('data', () => stream.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nup\n'))
}
