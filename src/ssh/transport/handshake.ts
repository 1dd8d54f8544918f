import type { Duplex, Readable } from 'node:stream'
import ssh2, { type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2'
import { trackAuth } from '../auth/attempts.ts'
import type { AuthStep, Pause, ServerReply } from '../auth/auth-step.ts'
import { ConnectError } from '../connect-error.ts'
import { type Connection, connectionOver } from '../connection.ts'
import { fingerprint } from '../host-keys/host-key.ts'
import { skipHostKeyRotation } from '../host-keys/skip-rotation.ts'
import { typeOfKey } from '../known-hosts/known-hosts.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { disconnectedIn, explain, tooSlow } from './handshake-errors.ts'
import { followHandshake, type HandshakeProgress, startHandshakeProgress } from './handshake-progress.ts'
import type { Phases } from './phases.ts'

export interface HandshakeOptions {
  /** A connected stream, which is destroyed when this fails. */
  readonly stream: Duplex
  readonly user: string
  /** How people know the other end, in every message: `203.0.113.11:22`. */
  readonly where: string
  /** The logins of the bastions on the way. */
  readonly jumpHosts: readonly string[]
  /** The algorithms of host keys to negotiate, the wanted ones first. */
  readonly hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[]
  /** Why a host key is not trusted, or undefined; it is asked before the server has proved that it has the key. */
  readonly judge: (key: Buffer) => Promise<ConnectError | undefined>
  /** Why the key that was judged is believed. */
  readonly vouchedBy: () => string
  readonly steps: readonly AuthStep[]
  /** Why nobody was let in; it is told what the server has said of it. */
  readonly whyNoAuth: (said: ServerReply) => Promise<ConnectError>
  readonly timeoutMs: number
  readonly keepaliveMs: number
  readonly stop: AbortSignal
  readonly phases: Phases
}

const keepalivesMissed = 3

type Fail = (error: ConnectError) => void

/** An authenticated connection over a stream. Throws a ConnectError that names the phase; nothing is left open then. */
export function handshake(handshake: HandshakeOptions): Promise<Connection> {
  const { stream, user, where, jumpHosts, steps, timeoutMs, stop, phases } = handshake
  const state = startHandshakeProgress(phases)
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const settle = (finish: () => void) => {
      deadline.end()
      stop.removeEventListener('abort', onAbort)
      client.off('close', onClose)
      finish()
    }
    const fail: Fail = (error) =>
      settle(() => {
        stream.destroy()
        reject(error)
      })
    const onClose = () => {
      // Why the authentication was refused takes a moment longer to say.
      if (!state.isRefused) fail(state.distrust ?? disconnectedIn(state.phase, where, state.greeting))
    }
    const onAbort = () => fail(new ConnectError('stopped', `${where}: stopped`))
    const deadline = startDeadline(timeoutMs, () => fail(tooSlow(state.phase, where, timeoutMs)))
    stop.addEventListener('abort', onAbort, { once: true })
    followHandshake(state, client, stream)
    const auth = trackAuth(user, steps, pauseOf(deadline, where, fail))
    // It can come more than once, also after the end: without a listener it would end the process.
    client.on('error', onErrorOf(handshake, { course: state, said: auth.reply, fail }))
    client.on('close', onClose)
    client.once('ready', () =>
      settle(() => {
        const about = {
          ...state.seen,
          hostKeyVouched: handshake.vouchedBy(),
          login: `${user}@${where}`,
          proof: auth.offered(),
          jumpHosts,
          phases: phases.times(),
        }
        resolve(connectionOver(client, stream, about))
      }),
    )
    client.connect({
      ...optionsFor(handshake),
      authHandler: auth.handler,
      hostVerifier: (key: Buffer, verify: (isTrusted: boolean) => void) => {
        state.seen.hostKey = `${typeOfKey(key)} ${fingerprint(key)}`
        void handshake.judge(key).then((distrust) => {
          state.distrust = distrust
          verify(distrust === undefined)
        }, fail)
      },
    })
    auth.follow(client)
    skipHostKeyRotation(client)
  })
}

type OnError = { readonly course: HandshakeProgress; readonly said: () => ServerReply; readonly fail: Fail }

function onErrorOf({ where, whyNoAuth }: HandshakeOptions, { course: state, said, fail }: OnError) {
  return (error: Error & { level?: string }) => {
    // An agent that cannot sign is not the end: ssh2 goes on to the next method.
    if (error.level === 'agent' || state.isRefused) return
    state.isRefused = error.level === 'client-authentication'
    if (state.isRefused) void whyNoAuth(said()).then(fail, fail)
    else fail(state.distrust ?? explain(error, state, where))
  }
}

// The time limit stands still while a person is asked; a question that cannot be put ends the handshake.
function pauseOf(deadline: Deadline, where: string, fail: Fail): Pause {
  return async (question) => {
    deadline.pause()
    try {
      return await question()
    } catch (error) {
      fail(new ConnectError('auth', `${where}: ${error instanceof Error ? error.message : error}`, { cause: error }))
      throw error
    } finally {
      deadline.goOn()
    }
  }
}

function optionsFor({ stream, user, hostKeyAlgorithms, keepaliveMs }: HandshakeOptions): ConnectConfig {
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
