import type { Duplex, Readable } from 'node:stream'
import ssh2, { type AnyAuthMethod, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2'
import type { AuthStep, Pause } from './auth.ts'
import { ConnectError } from './connect-error.ts'
import { type Connection, connectionOver } from './connection.ts'
import { droppedIn, explain, type Phase, tooSlow } from './handshake-trouble.ts'

export interface Handshake {
  /** A connected stream, which is destroyed when this fails. */
  readonly stream: Duplex
  readonly user: string
  /** How people know the other end, in every message: `203.0.113.11:22`. */
  readonly where: string
  /** The algorithms of host keys to negotiate, the wanted ones first. */
  readonly hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[]
  /** Why a host key is not trusted, or undefined; it is asked before the server has proved that it has the key. */
  readonly judge: (key: Buffer) => ConnectError | undefined
  readonly steps: readonly AuthStep[]
  /** Why nobody was let in; it is told what the server says that it takes. */
  readonly whyNoAuth: (allowed: readonly string[]) => Promise<ConnectError>
  readonly timeoutMs: number
  readonly keepaliveMs: number
  readonly stop: AbortSignal
}

const keepalivesMissed = 3

/** An authenticated connection over a stream. Throws a ConnectError that names the phase; nothing is left open then. */
export function shakeHands(handshake: Handshake): Promise<Connection> {
  const { stream, where, timeoutMs, stop, whyNoAuth } = handshake
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let phase: Phase = 'banner'
    let distrust: ConnectError | undefined
    let allowed: readonly string[] = []
    let timer: NodeJS.Timeout
    const startTimer = () => {
      timer = setTimeout(() => fail(tooSlow(phase, where, timeoutMs)), timeoutMs)
    }
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
    // It can come more than once, also after the end: without a listener it would end the process.
    const onError = (error: Error & { level?: string }) => {
      // An agent that cannot sign is not the end: ssh2 goes on to the next method.
      if (error.level === 'agent') return
      if (error.level === 'client-authentication') void whyNoAuth(allowed).then(fail, fail)
      else fail(distrust ?? explain(error, phase, where))
    }
    const pause: Pause = async (question) => {
      clearTimeout(timer)
      try {
        return await question()
      } catch (error) {
        fail(new ConnectError('auth', `${where}: ${String(error)}`, { cause: error }))
        throw error
      } finally {
        if (!stream.destroyed) startTimer()
      }
    }
    startTimer()
    stop.addEventListener('abort', onAbort, { once: true })
    stream.once('data', () => {
      if (phase === 'banner') phase = 'kex'
    })
    client.on('error', onError)
    client.on('close', onClose)
    client.once('handshake', () => {
      phase = 'auth'
    })
    client.once('ready', () => settle(() => resolve(connectionOver(client, stream))))
    client.connect({
      ...optionsFor(handshake),
      authHandler: nextOf(handshake.steps, {
        pause,
        onAllowed: (methods) => {
          allowed = methods
        },
      }),
      hostVerifier: (key: Buffer) => {
        distrust = handshake.judge(key)
        return distrust === undefined
      },
    })
  })
}

function optionsFor({ stream, user, hostKeyAlgorithms, keepaliveMs }: Handshake): ConnectConfig {
  return {
    sock: stream as Readable,
    username: user,
    // ssh2's one limit for everything cannot say which phase was slow; the phases are watched here.
    readyTimeout: 0,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: keepalivesMissed,
    algorithms: { serverHostKey: [...hostKeyAlgorithms] },
  }
}

type Trying = { readonly pause: Pause; readonly onAllowed: (methods: readonly string[]) => void }

// One step after the other, but none of a kind that the server has said it does not take.
function nextOf(steps: readonly AuthStep[], { pause, onAllowed }: Trying): NonNullable<ConnectConfig['authHandler']> {
  const left = [...steps]
  const nextMethod = async (allowed: readonly string[] | null): Promise<AnyAuthMethod | false> => {
    for (let step = left.shift(); step !== undefined; step = left.shift()) {
      const method = allowed === null || allowed.includes(step.type) ? await step.method(pause) : undefined
      if (method !== undefined) return method
    }
    return false
  }
  return (allowed, _partial, next) => {
    onAllowed(allowed ?? [])
    // The types of ssh2 leave out `false`, its word for "no more". A question that failed has ended the handshake.
    void nextMethod(allowed).then(
      (method) => next(method as AnyAuthMethod),
      () => undefined,
    )
  }
}
