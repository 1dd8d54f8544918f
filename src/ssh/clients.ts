import type { Duplex } from 'node:stream'
import type { HostOptions, HostQuestion } from '../inventory/ssh-config.ts'
import { authFor } from './auth.ts'
import { type Forward, makeBastions } from './bastions.ts'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits, Timeouts } from './connection-options.ts'
import { dial } from './dial.ts'
import { shakeHands } from './handshake.ts'
import type { UnknownKey } from './host-key.ts'
import { makeIdentities, type PathTokens } from './identities.ts'
import { jumpsOf, type Target } from './jumps.ts'
import { makeLimit } from './limits.ts'
import { proxyStream } from './proxy-command.ts'
import { trustFor } from './trust.ts'

/** Makes authenticated connections, over bastions where that is the way. */
export interface Clients {
  readonly open: (target: Target, stop: AbortSignal) => Promise<Connection>
  readonly close: () => Promise<void>
}

type Ground = {
  readonly options: ConnectionOptions
  readonly limits: Limits
  readonly accepted: ReadonlyMap<string, UnknownKey>
}

const defaultTimeouts: Timeouts = { tcpMs: 10_000, handshakeMs: 20_000 }
const tries = 3
const pauseMs = 700

export function makeClients({ options, limits, accepted }: Ground): Clients {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const connecting = makeLimit(limits.connecting)
  const signing = makeLimit(limits.signing)
  const identities = makeIdentities()
  const bastions = makeBastions(limits.perBastion, (target, stop) => openWithoutPlace(target, stop))

  async function open(target: Target, stop: AbortSignal): Promise<Connection> {
    const givePlace = await connecting.take(stop)
    try {
      return await openWithoutPlace(target, stop)
    } finally {
      givePlace()
    }
  }

  // A bastion takes no place: those that wait for it hold all places already.
  async function openWithoutPlace(target: Target, stop: AbortSignal): Promise<Connection> {
    const found = await options.hostOptions(questionFor(target))
    for (let left = tries - 1; ; left -= 1) {
      try {
        return await openOnce(target, found, stop)
      } catch (error) {
        const isDropped = error instanceof ConnectError && error.kind === 'dropped'
        if (!isDropped || left === 0 || stop.aborted) throw error
        await jitter(stop)
      }
    }
  }

  async function openOnce(target: Target, found: HostOptions, stop: AbortSignal): Promise<Connection> {
    const tokens = tokensFor(target, found, options)
    const { agentSocket } = options.surroundings
    const [auth, trust] = await Promise.all([
      authFor({ ...found, tokens, agentSocket, identities, signing }),
      trustFor({ host: target.host, options: found, tokens, files: options.knownHosts, accepted }),
    ])
    const where = `${found.hostName}:${found.port}`
    const connection = await bastions.through(jumpsOf(target, found), stop, async (forward) =>
      shakeHands({
        stream: await streamTo(found, tokens, forward),
        user: found.user,
        where,
        keyTypes: trust.keyTypes,
        judge: trust.judge,
        methods: auth.methods,
        whyNoAuth: () => auth.refused(where),
        timeoutMs: timeouts.handshakeMs,
        stop,
      }),
    )
    await trust.record()
    return connection
  }

  async function streamTo(found: HostOptions, tokens: PathTokens, forward: Forward | undefined): Promise<Duplex> {
    const { hostName, port, proxyCommand, connectTimeoutMs } = found
    if (forward !== undefined) return forward(hostName, port)
    if (proxyCommand !== undefined) return proxyStream(proxyCommand, tokens)
    return dial(hostName, port, connectTimeoutMs ?? timeouts.tcpMs)
  }

  return { open, close: bastions.close }
}

function questionFor({ host, user, port, identityFiles }: Target): HostQuestion {
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
  }
}

function tokensFor(
  { host }: Target,
  { hostName, port, user }: HostOptions,
  { surroundings }: ConnectionOptions,
): PathTokens {
  const { home, localUser } = surroundings
  return { home, localUser, host: hostName, alias: host, port, user }
}

// Servers that turn connections away under load are not asked again in step.
function jitter(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMs * (0.5 + Math.random()))
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
