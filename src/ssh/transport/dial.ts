import { lookup } from 'node:dns'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { ConnectError } from '../connect-error.ts'
import type { Semaphore } from '../semaphore.ts'
import { disconnectedIn } from './handshake-errors.ts'

export interface DialOptions {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  readonly stop: AbortSignal
  /** Names looked up at a time: each holds one of Node's four threads, which files and keys need as well. */
  readonly lookups: Semaphore
  readonly family?: 4 | 6 | undefined
  readonly localAddress?: string | undefined
}

/**
 * A TCP connection without Nagle's delay, which costs 50 ms a command; ssh2's own socket would have it.
 * Throws a ConnectError that says in which way the address could not be reached.
 */
export function dial(dialling: DialOptions): Promise<Socket> {
  const { host, port, family, localAddress, lookups, stop } = dialling
  const where = whereIs(host, port)
  return new Promise((resolve, reject) => {
    if (stop.aborted) return reject(new ConnectError('stopped', `${where}: stopped`))
    let isResolved = isIP(host) !== 0
    const socket = connect({
      host,
      port,
      noDelay: true,
      lookup: limitedLookup(lookups),
      ...(family && { family }),
      ...(localAddress && { localAddress }),
    })
    const settle = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onAbort)
    }
    const fail = (error: ConnectError) => {
      settle()
      socket.destroy()
      reject(error)
    }
    const onAbort = () => fail(new ConnectError('stopped', `${where}: stopped`))
    const timer = setTimeout(() => fail(timeoutError(dialling, isResolved)), dialling.timeoutMs)
    stop.addEventListener('abort', onAbort, { once: true })
    socket.once('lookup', () => {
      isResolved = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => fail(dialError(error, dialling)))
    socket.once('connect', () => {
      settle()
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/** An address and a port as people write them together. */
export const whereIs = (host: string, port: number) => (isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`)

function limitedLookup(lookups: Semaphore): LookupFunction {
  return (host, options, done) => {
    void lookups.take().then((givePlace) =>
      lookup(host, options, (error, address, family) => {
        givePlace()
        done(error, address as string, family)
      }),
    )
  }
}

const firewallHint = 'is it up, and does a firewall let this computer in?'

function timeoutError({ host, port, timeoutMs }: DialOptions, isResolved: boolean): ConnectError {
  if (!isResolved)
    return new ConnectError('dns', `the name ${host} could not be resolved within ${timeoutMs / 1000} s`, {
      hint: 'does the name server of this computer answer?',
    })
  return new ConnectError('timeout', `no answer from ${whereIs(host, port)} within ${timeoutMs / 1000} s`, {
    hint: firewallHint,
  })
}

function dialError(cause: NodeJS.ErrnoException, { host, port }: DialOptions): ConnectError {
  const where = whereIs(host, port)
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConnectError('dns', `the name ${host} cannot be resolved (${cause.code})`, {
        cause,
        hint: 'set its address in the manifest, or a HostName in the ssh config',
      })
    case 'ECONNREFUSED':
      return new ConnectError('refused', `${where} refuses connections`, {
        cause,
        hint: 'is sshd running there, on this port?',
      })
    case 'ECONNRESET':
      return disconnectedIn('banner', where)
    case 'ETIMEDOUT':
      return new ConnectError('timeout', `no answer from ${where}`, { cause, hint: firewallHint })
    default:
      return new ConnectError('unreachable', `${where} cannot be reached (${cause.code ?? cause.message})`, {
        cause,
        hint: 'is it switched on, and is this its address? From here, is there a route to it?',
      })
  }
}
