import { spawn } from 'node:child_process'
import { createServer, Socket, type Server as TcpServer } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'

/**
 * A real SSH server on loopback, in this process, which runs what it gets on stdin in a real `sh`, and misbehaves when asked:
 *
 *     const server = await startSshServer({ behaviour: 'frozen' })
 *     … server.port, server.hostKey, clientKey …
 *     await server.stop()
 */
export interface SshServer {
  readonly port: number
  /** The line of known_hosts for it, and the key alone in wire form. */
  readonly knownHostsLine: string
  readonly hostKey: Buffer
  /** Every command that was run, and how often somebody connected. */
  readonly commands: string[]
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

export type Behaviour =
  | 'well'
  /** Before SSH: hangs up at once; says nothing; speaks something else. */
  | 'drops'
  | 'frozen'
  | 'speaks-http'
  /** Answers a command with: 1 GB; noise and escape sequences first; no exit status; death by a signal; silence. */
  | 'floods'
  | 'noisy'
  | 'no-status'
  | 'killed'
  | 'silent'
  /** Login shells that are no shell. */
  | 'nologin'
  /** Hangs up in the middle of an answer, or right after the key exchange. */
  | 'cut'
  | 'drops-in-auth'

export interface SshServerOptions {
  readonly behaviour?: Behaviour
  /** Public keys in wire form that may log in; undefined: any. */
  readonly allowed?: readonly Buffer[]
  readonly hostKeyType?: 'ed25519' | 'rsa' | 'ecdsa'
  readonly algorithms?: object
  readonly env?: Readonly<Record<string, string>>
  /** What the account has as its shell; it gets the command by -c, as from sshd. */
  readonly loginShell?: string
}

export type KeyPair = { readonly private: string; readonly public: string }

/** A fresh key pair in OpenSSH's form. */
export function makeKeyPair(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): KeyPair {
  const pair =
    type === 'ed25519'
      ? ssh2.utils.generateKeyPairSync('ed25519')
      : ssh2.utils.generateKeyPairSync(type as 'rsa', { bits: type === 'rsa' ? 2048 : 256 })
  // ssh2 1.17 writes an ed25519 key now and then that it cannot read itself.
  return ssh2.utils.parseKey(pair.private) instanceof Error ? makeKeyPair(type) : pair
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const { behaviour = 'well', hostKeyType = 'ed25519' } = options
  const keys = makeKeyPair(hostKeyType)
  const commands: string[] = []
  let count = 0
  const sockets = new Set<Socket>()
  const hostKey = wireForm(keys.public)
  const ssh = new ssh2.Server({
    hostKeys: [keys.private],
    ...(options.algorithms && { algorithms: options.algorithms }),
  })
  ssh.on('connection', (client) => serve(client, { options, commands }))
  const tcp = createServer((socket) => {
    count += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    if (behaviour === 'drops') socket.destroy()
    else if (behaviour === 'speaks-http') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    else if (behaviour !== 'frozen') ssh.injectSocket(socket)
  })
  const port = await listen(tcp)
  return {
    port,
    hostKey,
    knownHostsLine: `[127.0.0.1]:${port} ${keys.public.split(' ').slice(0, 2).join(' ')}`,
    commands,
    connections: () => count,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        tcp.close(() => resolve())
      }),
  }
}

/** A public key as it goes over the wire, from its one-line form. */
export function wireForm(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
}

function listen(server: TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

type Serving = { readonly options: SshServerOptions; readonly commands: string[] }

function serve(client: Connection, { options, commands }: Serving): void {
  const { allowed, behaviour = 'well' } = options
  client.on('error', () => undefined)
  client.on('authentication', (request) => {
    if (behaviour === 'drops-in-auth') return void client.end()
    const isAllowed = request.method === 'publickey' && (allowed?.some((key) => key.equals(request.key.data)) ?? true)
    if (isAllowed) request.accept()
    else request.reject(['publickey'])
  })
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      commands.push(command)
      const answer = answers[behaviour] ?? runShell
      answer(acceptExec(), options, client)
    })
  })
  client.on('tcpip', (accept, reject, { destIP, destPort }) => forwardTo({ accept, reject, destIP, destPort }))
}

type Answer = (channel: ServerChannel, options: SshServerOptions, client: Connection) => void

const answers: Readonly<Partial<Record<Behaviour, Answer>>> = {
  floods: flood,
  silent: () => undefined,
  'no-status': (channel) => channel.close(),
  nologin: (channel) => {
    channel.write('This account is currently not available.\n')
    channel.exit(1)
    channel.close()
  },
  killed: (channel) => {
    channel.exit('KILL')
    channel.close()
  },
  cut: (channel, _options, client) => {
    channel.write('\nmaestro-begin ')
    setTimeout(() => client.end(), 20)
  },
  noisy: (channel, options) => {
    channel.write('\u001b[2J\u001b]0;title\u0007Welcome!\nmaestro-begin not-yours\nend=ok\n')
    runShell(channel, options)
  },
}

function runShell(channel: ServerChannel, { env = {}, loginShell = 'sh' }: SshServerOptions): void {
  const shell = spawn(loginShell, ['-c', 'sh -s'], { env: { PATH: process.env.PATH, ...env } })
  channel.pipe(shell.stdin)
  shell.stdin.on('error', () => undefined)
  shell.stdout.on('data', (data) => channel.write(data))
  shell.stderr.on('data', (data) => channel.stderr.write(data))
  shell.on('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 255)
    else channel.exit(signal.replace('SIG', ''))
    channel.close()
  })
  channel.on('close', () => shell.kill())
}

// One gigabyte, as fast as the window lets it through.
function flood(channel: ServerChannel): void {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  let left = 16 * 1024
  const pour = () => {
    while (left > 0 && channel.writable) {
      left -= 1
      if (!channel.write(chunk)) return void channel.once('drain', pour)
    }
    channel.close()
  }
  channel.on('error', () => undefined)
  pour()
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
  socket.connect(destPort, destIP, () => {
    const channel = accept()
    socket.removeAllListeners('error').on('error', () => channel.close())
    channel.on('error', () => socket.destroy())
    channel.pipe(socket).pipe(channel)
  })
}
