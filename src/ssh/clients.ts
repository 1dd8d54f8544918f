import type { HostOptions } from '../inventory/ssh-config.ts'
import { makeAgents } from './agent-keys.ts'
import { authFor } from './auth.ts'
import { makeBastions } from './bastions.ts'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits, Timeouts } from './connection-options.ts'
import { whereIs } from './dial.ts'
import { shakeHands } from './handshake.ts'
import type { UnknownKey } from './host-key.ts'
import { makeIdentities } from './identities.ts'
import { jumpsOf, questionFor, type Target } from './jumps.ts'
import { makeKnownHostsStore } from './known-hosts-store.ts'
import { makeLimit } from './limits.ts'
import type { PathTokens } from './path-tokens.ts'
import { withRetries } from './retries.ts'
import { makeStreams, type Stream } from './streams.ts'
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

const defaultTimeouts: Timeouts = { tcpMs: 10_000, handshakeMs: 20_000, keepaliveMs: 15_000 }

export function makeClients({ options, limits, accepted }: Ground): Clients {
  const { warn = () => undefined, askPassword, surroundings } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const connecting = makeLimit(limits.connecting)
  const identities = makeIdentities(options.askPassphrase)
  const agents = makeAgents(makeLimit(limits.signing))
  const store = makeKnownHostsStore(options.knownHosts)
  const streams = makeStreams(timeouts.tcpMs)
  const bastions = makeBastions({
    connectingAtMost: limits.perBastion,
    forwardMs: timeouts.tcpMs,
    open: openWithoutPlace,
  })

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
    return bastions.through(jumpsOf(target, found), stop, (forward) =>
      withRetries(stop, () => openOnce({ target, found, stop, open: streams.way(found, forward) })),
    )
  }

  async function openOnce({ target, found, stop, open: openStream }: Opening): Promise<Connection> {
    const tokens = tokensFor(target, found, options)
    const where = whereIs(found.hostName, found.port)
    const { agentSocket } = surroundings
    const [auth, trust] = await Promise.all([
      authFor({ ...found, tokens, where, agentSocket, identities, agents, askPassword }),
      trustFor({ options: found, tokens, store, accepted, warn }),
    ])
    const { stream, explain } = await openStream(tokens, stop)
    const connection = await shakeHands({
      stream,
      user: found.user,
      where,
      hostKeyAlgorithms: trust.algorithms,
      judge: trust.judge,
      steps: auth.steps,
      whyNoAuth: auth.refused,
      timeoutMs: timeouts.handshakeMs,
      keepaliveMs: timeouts.keepaliveMs,
      stop,
    }).catch((error: unknown) => Promise.reject(error instanceof ConnectError ? explain(error) : error))
    await trust.record().catch((error: unknown) => {
      connection.cut()
      throw error
    })
    return connection
  }

  return { open, close: bastions.close }
}

type Opening = {
  readonly target: Target
  readonly found: HostOptions
  readonly stop: AbortSignal
  readonly open: (tokens: PathTokens, stop: AbortSignal) => Promise<Stream>
}

function tokensFor(
  { host }: Target,
  { hostName, port, user }: HostOptions,
  { surroundings }: ConnectionOptions,
): PathTokens {
  const { home, localUser } = surroundings
  return { home, localUser, host: hostName, alias: host, port, user }
}
