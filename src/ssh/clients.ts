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
import { type Phases, startPhases } from './phases.ts'
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
    whereIs: async (jump) => {
      const { user, hostName, port } = await options.hostOptions(questionFor(jump))
      return `${user}@${whereIs(hostName, port)}`
    },
    // A bastion takes no place: servers that wait for it would keep it from having one.
    open: (target, stop) => openVia(target, stop, async () => () => undefined),
  })

  const open = (target: Target, stop: AbortSignal) => openVia(target, stop, () => connecting.take(stop))

  // A place is taken when the bastion's turn has come: who waits for one keeps no other server waiting.
  async function openVia(target: Target, stop: AbortSignal, takePlace: () => Promise<() => void>): Promise<Connection> {
    const phases = startPhases()
    try {
      phases.enter('config')
      const found = await options.hostOptions(questionFor(target))
      const jumps = jumpsOf(target, found)
      if (jumps.length > 0) phases.enter('bastion')
      return await bastions.through(jumps, stop, async (forward) => {
        phases.enter('turn')
        const givePlace = await takePlace()
        try {
          return await withRetries(stop, () =>
            openOnce({ target, found, stop, phases, open: streams.way(found, forward) }),
          )
        } finally {
          givePlace()
        }
      })
    } catch (error) {
      if (error instanceof ConnectError) error.phases = phases.times()
      throw error
    }
  }

  async function openOnce({ target, found, stop, phases, open: openStream }: Opening): Promise<Connection> {
    phases.enter('connect')
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
      phases,
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
  readonly phases: Phases
  readonly open: (tokens: PathTokens, stop: AbortSignal) => Promise<Stream>
}

function tokensFor(
  { host }: Target,
  { hostName, hostKeyAlias, port, user }: HostOptions,
  { surroundings }: ConnectionOptions,
): PathTokens {
  const { home, localUser, env } = surroundings
  return { home, localUser, host: hostName, alias: host, hostKeyAlias, port, user, env }
}
