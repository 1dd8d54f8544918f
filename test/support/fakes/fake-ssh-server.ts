import { createServer, Socket, type Server as TcpServer } from 'node:net'
import ssh2, { type AuthenticationType, type Connection, type ServerChannel } from 'ssh2'
import { authenticate } from './fake-ssh-auth.ts'
import { answerFor } from './fake-ssh-commands.ts'

/**
 * A real SSH server on loopback, in this process, which runs what it gets on stdin in a real `sh`, and misbehaves when asked:
 *
 *     const key = makeKeyPair()
 *     const server = await startSshServer({ allowed: [wireForm(key.public)], behaviour: 'frozen' })
 *     … server.port, server.knownHostsLine; server.commands, server.offers, server.connections() record what came …
 *     await server.stop()
 *
 * It forwards as a bastion does. `env` and `loginShell` are those of the commands it runs.
 */
export interface SshServer {
  readonly port: number
  /** The lines of known_hosts for it, and its first key alone in wire form. */
  readonly knownHostsLine: string
  readonly hostKey: Buffer
  /** Every command that was run, every key or password that was offered, and the number of connections. */
  readonly commands: string[]
  readonly offers: Offer[]
  readonly connections: () => number
  /** How many of them are open. */
  readonly open: () => number
  /** The most that stood at once and had not logged in: what sshd counts for MaxStartups. */
  readonly startingAtMost: () => number
  /** Cuts all connections and goes on listening. */
  readonly cut: () => void
  readonly stop: () => Promise<void>
}

/** What a client tried to log in with; a key in wire form. */
export interface Offer {
  readonly method: string
  readonly user: string
  readonly key?: Buffer
  readonly isSigned?: boolean
}

export type Behaviour =
  | 'well'
  /** Before SSH: hangs up at once, by FIN or by RST; says nothing; speaks something else; turns away with sshd's words; is slow. */
  | 'drops'
  | 'resets'
  | 'frozen'
  | 'speaks-http'
  | 'too-busy'
  | 'punishes'
  | 'slow-banner'
  /** In the key exchange: hangs up after the first word, or says no second one; shows a key that it does not have. */
  | 'drops-in-kex'
  | 'frozen-in-kex'
  | 'steals-key'
  /** In the authentication: hangs up, or answers no request. */
  | 'drops-in-auth'
  | 'frozen-in-auth'
  /** After it: reads nothing any more; opens no session (MaxSessions 0); runs no command. */
  | 'frozen-after-auth'
  | 'refuses-sessions'
  | 'refuses-commands'
  /** Answers a command with: 1 GB; noise and escape sequences first; no exit status; death by a signal; silence; half an answer. */
  | 'floods'
  | 'noisy'
  | 'no-status'
  | 'killed'
  | 'silent'
  | 'cut'
  /** Its login shell is no shell. */
  | 'nologin'

export type KeyType = 'ed25519' | 'rsa' | 'ecdsa'

export interface SshServerOptions {
  readonly behaviour?: Behaviour
  /** Public keys in wire form that may log in; undefined: any. */
  readonly allowed?: readonly Buffer[]
  /** Lets in who has it, by password or keyboard-interactive. */
  readonly password?: string
  /** What it says that it takes; keys, and with a password all. */
  readonly methods?: readonly AuthenticationType[]
  /** What it wants one after the other, all of it (AuthenticationMethods). */
  readonly factors?: readonly AuthenticationType[]
  readonly maxAuthTries?: number
  readonly hostKeyType?: KeyType | readonly KeyType[]
  readonly algorithms?: object
  readonly env?: Readonly<Record<string, string>>
  /** What the account has as its shell; it gets the command by -c, as from sshd. */
  readonly loginShell?: string
}

export type KeyPair = { readonly private: string; readonly public: string }

/** A fresh key pair in OpenSSH's form. */
export function makeKeyPair(type: KeyType = 'ed25519', passphrase?: string): KeyPair {
  const encryption = passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 4 }
  const bits = type === 'rsa' ? 2048 : 256
  const pair = ssh2.utils.generateKeyPairSync(type as 'rsa', { bits, ...encryption })
  // ssh2 1.17 writes an ed25519 key now and then that it cannot read itself.
  return ssh2.utils.parseKey(pair.private, passphrase) instanceof Error ? makeKeyPair(type, passphrase) : pair
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const { behaviour = 'well', hostKeyType = 'ed25519' } = options
  const pairs = [hostKeyType].flat().map((type) => makeKeyPair(type as KeyType))
  const publicKeys = pairs.map(({ public: line }) => line.split(' ').slice(0, 2).join(' '))
  const log: Log = { commands: [], offers: [] }
  let count = 0
  let startingAtMost = 0
  const sockets = new Set<Socket>()
  const starting = new Set<number | undefined>()
  const ssh = new ssh2.Server({
    hostKeys: pairs.map((pair) => (behaviour === 'steals-key' ? stolen(pair) : pair.private)),
    ...(options.algorithms && { algorithms: options.algorithms }),
  })
  const tcp = createServer({ noDelay: true }, (socket) => {
    count += 1
    const { remotePort } = socket
    sockets.add(socket)
    starting.add(remotePort)
    startingAtMost = Math.max(startingAtMost, starting.size)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      starting.delete(remotePort)
    })
    greet(socket, behaviour, () => ssh.injectSocket(socket))
  })
  ssh.on('connection', (client, { port }) => {
    client.once('ready', () => starting.delete(port))
    serve(client, { options, log, freeze: () => freeze(sockets) })
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const port = await listen(tcp)
  return {
    ...log,
    port,
    hostKey: wireForm(pairs[0]?.public ?? ''),
    knownHostsLine: publicKeys.map((key) => `[127.0.0.1]:${port} ${key}`).join('\n'),
    connections: () => count,
    open: () => sockets.size,
    startingAtMost: () => startingAtMost,
    cut,
    stop: () =>
      new Promise((resolve) => {
        cut()
        tcp.close(() => resolve())
      }),
  }
}

/** A public key as it goes over the wire, from its one-line form. */
export function wireForm(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
}

const freeze = (sockets: ReadonlySet<Socket>) => {
  for (const socket of sockets) socket.pause()
}

// The private half of a thief's ed25519 key under the public half of another: it can be presented, but proves nothing.
function stolen({ public: line }: KeyPair): string {
  const thief = makeKeyPair()
  const [theirs, own] = [wireForm(line).subarray(-32), wireForm(thief.public).subarray(-32)]
  const [head = '', body = '', tail = ''] = thief.private.split(/(?<=BEGIN OPENSSH PRIVATE KEY-----)|(?=-----END)/)
  const data = Buffer.from(body, 'base64')
  for (let at = data.indexOf(own); at !== -1; at = data.indexOf(own)) theirs.copy(data, at)
  return `${head}\n${data.toString('base64')}\n${tail}`
}

function greet(socket: Socket, behaviour: Behaviour, serve: () => void): void {
  switch (behaviour) {
    case 'drops':
      return void socket.destroy()
    case 'resets':
      return void socket.resetAndDestroy()
    case 'frozen':
      return
    case 'speaks-http':
      return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    case 'too-busy':
      return void socket.end('Exceeded MaxStartups\r\n')
    case 'punishes':
      return void socket.end('Not allowed at this time\r\n')
    case 'slow-banner':
      return void setTimeout(serve, 500)
    case 'drops-in-kex':
      socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')
      return void socket.once('data', () => socket.destroy())
    case 'frozen-in-kex':
      return void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')
    default:
      serve()
  }
}

function listen(server: TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

type Log = { readonly commands: string[]; readonly offers: Offer[] }
type Serving = { readonly options: SshServerOptions; readonly log: Log; readonly freeze: () => void }

function serve(client: Connection, { options, log, freeze }: Serving): void {
  const { behaviour = 'well' } = options
  client.on('error', () => undefined)
  authenticate(client, options, log.offers)
  client.on('ready', () => {
    if (behaviour === 'frozen-after-auth') freeze()
  })
  client.on('session', (accept, reject) => {
    if (behaviour === 'refuses-sessions') return void reject()
    const session = accept().on('exec', (acceptExec, rejectExec, { command }) => {
      if (behaviour === 'refuses-commands') return void rejectExec()
      log.commands.push(command)
      const channel = acceptExec()
      session.on('signal', (_accept, _reject, { name }) => channel.emit('signal', name))
      answerFor(behaviour)({ channel, command, options, client })
    })
  })
  client.on('tcpip', (accept, reject, { destIP, destPort }) => forwardTo({ accept, reject, destIP, destPort }))
}

type Forwarding = {
  readonly accept: () => ServerChannel
  readonly reject: () => void
  readonly destIP: string
  readonly destPort: number
}

function forwardTo({ accept, reject, destIP, destPort }: Forwarding): void {
  const socket = new Socket()
  socket.once('error', () => reject())
  socket.setNoDelay(true).connect(destPort, destIP, () => {
    const channel = accept()
    socket.removeAllListeners('error').on('error', () => channel.close())
    channel.on('error', () => socket.destroy())
    channel.pipe(socket).pipe(channel)
  })
}
