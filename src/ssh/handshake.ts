import type { Duplex, Readable } from 'node:stream'
import ssh2, { type AnyAuthMethod, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2'
import { ConnectError } from './connect-error.ts'
import { type Connection, connectionOver } from './connection.ts'

export interface Handshake {
  /** A connected stream, which is destroyed when this fails. */
  readonly stream: Duplex
  readonly user: string
  /** How people know the other end: `web-1 (203.0.113.11:22)` in every message. */
  readonly where: string
  /** Types of keys on record for the host: they are asked for first, else a host with several keys looks unknown. */
  readonly keyTypes: readonly string[]
  /** Why a host key is not trusted, or undefined; it is asked before the server has proved that it has the key. */
  readonly judge: (key: Buffer) => ConnectError | undefined
  readonly methods: readonly AnyAuthMethod[]
  readonly whyNoAuth: () => ConnectError
  readonly timeoutMs: number
  readonly stop: AbortSignal
}

const keepaliveMs = 15_000
const keepalivesMissed = 3

type Phase = 'banner' | 'kex' | 'auth'

/** An authenticated connection over a stream. Throws a ConnectError that names the phase; nothing is left open then. */
export function shakeHands(handshake: Handshake): Promise<Connection> {
  const { stream, where, timeoutMs, stop } = handshake
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let phase: Phase = 'banner'
    let distrust: ConnectError | undefined
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onAbort)
      client.off('close', onClose)
      finish()
    }
    const fail = (error: ConnectError) =>
      settle(() => {
        stream.destroy()
        reject(error)
      })
    const onClose = () => fail(distrust ?? droppedIn(phase, where))
    const onAbort = () => fail(new ConnectError('stopped', `${where}: stopped`))
    const timer = setTimeout(() => fail(tooSlow(phase, where, timeoutMs)), timeoutMs)
    stop.addEventListener('abort', onAbort, { once: true })
    stream.once('data', () => {
      if (phase === 'banner') phase = 'kex'
    })
    // It can come more than once, also after the end: without a listener it would end the process.
    client.on('error', (error) => fail(distrust ?? explain(error, phase, handshake)))
    client.on('close', onClose)
    client.once('handshake', () => {
      phase = 'auth'
    })
    client.once('ready', () => settle(() => resolve(connectionOver(client, stream))))
    client.connect({
      ...optionsFor(handshake),
      hostVerifier: (key: Buffer) => {
        distrust = handshake.judge(key)
        return distrust === undefined
      },
    })
  })
}

function optionsFor({ stream, user, keyTypes, methods }: Handshake): ConnectConfig {
  const left = [...methods]
  return {
    sock: stream as Readable,
    username: user,
    // ssh2's one limit for everything cannot say which phase was slow; the phases are watched here.
    readyTimeout: 0,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: keepalivesMissed,
    algorithms: { serverHostKey: preferKnown(keyTypes) },
    // The types of ssh2 leave out `false`, its word for "no more".
    authHandler: (_left, _partial, next) => next((left.shift() ?? false) as AnyAuthMethod),
  }
}

// What ssh2 can verify, in its own order; an RSA key on record is asked for under each of RSA's signatures.
const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

function preferKnown(keyTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) => keyTypes.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm)
  return [...hostKeyAlgorithms.filter(isKnown), ...hostKeyAlgorithms.filter((algorithm) => !isKnown(algorithm))]
}

function droppedIn(phase: Phase, where: string): ConnectError {
  if (phase === 'auth') return new ConnectError('lost', `${where} hung up during authentication`)
  return new ConnectError('dropped', `${where} hung up before the connection was made`, {
    hint: 'too many connections at once (MaxStartups), a blocked address, or no sshd on that port',
  })
}

const phaseWords = {
  banner: 'accepted the connection but said nothing',
  kex: 'did not finish the key exchange',
  auth: 'did not finish the authentication',
} as const

function tooSlow(phase: Phase, where: string, timeoutMs: number): ConnectError {
  return new ConnectError('timeout', `${where} ${phaseWords[phase]} within ${timeoutMs / 1000} s`, {
    hint: 'the server may be overloaded, frozen, or going down',
  })
}

function explain(error: Error & { level?: string }, phase: Phase, { where, whyNoAuth }: Handshake): ConnectError {
  if (error.level === 'client-authentication') return whyNoAuth()
  if (/no matching/i.test(error.message)) {
    return new ConnectError('kex', `${where} and this transport have no algorithm in common: ${error.message}`, {
      cause: error,
      hint: /host key/i.test(error.message)
        ? 'a server with certificate host keys only cannot be reached by this transport; give it a plain host key as well'
        : 'allow a current algorithm (curve25519-sha256, aes-gcm) in its sshd_config',
    })
  }
  if (error.level === 'client-socket' || /before handshake|ECONNRESET/i.test(error.message))
    return droppedIn(phase, where)
  return new ConnectError(phase === 'auth' ? 'auth' : 'kex', `${where}: ${error.message}`, { cause: error })
}
