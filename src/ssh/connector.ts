import { makeAgents } from './auth/agent-keys.ts'
import { authFor } from './auth/auth.ts'
import { makeIdentities } from './auth/identities.ts'
import { expandHome, type PathTokens } from './config/path-tokens.ts'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits, Timeouts } from './connection-options.ts'
import type { UnknownKey } from './host-keys/host-key.ts'
import { lookupName } from './host-keys/known-hosts.ts'
import { makeKnownHostsStore } from './host-keys/known-hosts-store.ts'
import { trustFor } from './host-keys/verify.ts'
import { type Limit, makeLimit } from './semaphore.ts'
import { gatherWrites } from './transport/coalesce-writes.ts'
import { whereIs } from './transport/dial.ts'
import type { Forward } from './transport/forward.ts'
import { shakeHands } from './transport/handshake.ts'
import type { Target } from './transport/jump-hosts.ts'
import { makeStreams } from './transport/open-transport.ts'
import { type Phases, timed } from './transport/phases.ts'
import { withRetries } from './transport/retries.ts'
import { bastionsOn, type Way, wayTo } from './transport/route.ts'
import { makeBastions } from './transport/shared-jump-hosts.ts'

/** Makes authenticated connections, over bastions where that is the way. */
export interface Clients {
  readonly open: (target: Target, stop: AbortSignal) => Promise<Connection>
  /** Forgets the host keys on record of one that was made anew, and believes these; none: the first that it shows. */
  readonly renewHostKey: (target: Target, keys: readonly Buffer[]) => Promise<void>
  readonly close: () => Promise<void>
}

type Ground = {
  readonly options: ConnectionOptions
  readonly limits: Limits
  readonly accepted: ReadonlyMap<string, UnknownKey>
}

// The ssh config is read for this many servers at a time, so that a stop does not find thousands of them at it.
const lookupsAtMost = 16
const defaultTimeouts: Timeouts = { tcpMs: 10_000, handshakeMs: 20_000, keepaliveMs: 15_000 }

export function makeClients({ options, limits, accepted }: Ground): Clients {
  const { warn = () => undefined, askPassword, surroundings } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const places = { sessions: makeLimit(limits.sessions), connecting: makeLimit(limits.connecting) }
  const unlimited = makeLimit(Number.POSITIVE_INFINITY)
  const lookups = makeLimit(lookupsAtMost)
  const identities = makeIdentities(options.askPassphrase)
  const agents = makeAgents(makeLimit(limits.signing))
  const store = makeKnownHostsStore(options.knownHosts)
  const openStream = makeStreams(timeouts.tcpMs)
  // Names on record of hosts that were made anew, and have shown no key yet.
  const anew = new Set<string>()
  const bastions = makeBastions({
    connectingAtMost: limits.perBastion,
    forwardMs: timeouts.tcpMs,
    // A bastion takes no place: servers that wait for it would keep it from having one.
    open: (way, stop) =>
      timed((phases) => openWay({ way, stop, phases, places: { sessions: unlimited, connecting: unlimited } })),
  })

  const open = (target: Target, stop: AbortSignal) =>
    timed(async (phases) => {
      phases.enter('config')
      const way = await lookups.within(() => wayTo(target, options.hostOptions), stop)
      return openWay({ way, stop, phases, places })
    })

  function openWay(opening: Opening): Promise<Connection> {
    const { way, stop, phases } = opening
    if (way.via === undefined) return openInTurn(opening, undefined)
    phases.enter('bastion')
    return bastions.through(way.via, stop, (forward) => openInTurn(opening, forward))
  }

  // Places are taken when the bastion's turn has come: who waits for one keeps no other server waiting.
  async function openInTurn(opening: Opening, forward: Forward | undefined): Promise<Connection> {
    const { stop, phases, places } = opening
    phases.enter('turn')
    const giveSession = await places.sessions.take(stop)
    try {
      const attempt = () => withRetries(stop, () => openOnce(opening, forward))
      const connection = await places.connecting.within(attempt, stop)
      void connection.ended.then(giveSession)
      return connection
    } catch (error) {
      giveSession()
      throw error
    }
  }

  async function openOnce({ way, stop, phases }: Opening, forward: Forward | undefined): Promise<Connection> {
    phases.enter('config')
    const { found } = way
    const tokens = tokensFor(way, options)
    const where = whereIs(found.hostName, found.port)
    const { agentSocket } = surroundings
    const over = new AbortController()
    const [auth, trust] = await Promise.all([
      authFor({ ...found, tokens, where, agentSocket, identities, agents, askPassword, over: over.signal }),
      trustFor({
        options: anew.has(recordName(found)) ? { ...found, strictHostKeyChecking: 'accept-new' } : found,
        tokens,
        store,
        accepted,
        warn,
      }),
    ])
    phases.enter('connect')
    const { stream, explain } = await openStream({ found, forward, tokens, stop })
    const connection = await shakeHands({
      stream: gatherWrites(stream),
      user: found.user,
      where,
      bastions: bastionsOn(way),
      hostKeyAlgorithms: trust.algorithms,
      judge: trust.judge,
      vouchedBy: trust.vouchedBy,
      steps: auth.steps,
      whyNoAuth: auth.refused,
      timeoutMs: timeouts.handshakeMs,
      keepaliveMs: timeouts.keepaliveMs,
      stop,
      phases,
    })
      .catch((error: unknown) => Promise.reject(error instanceof ConnectError ? explain(error) : error))
      .finally(() => over.abort())
    await trust.record().catch((error: unknown) => {
      connection.cut()
      throw error
    })
    anew.delete(recordName(found))
    return connection
  }

  async function renewHostKey(target: Target, keys: readonly Buffer[]): Promise<void> {
    const way = await wayTo(target, options.hostOptions)
    const { found } = way
    const name = recordName(found)
    const paths = found.knownHostsFiles.map((path) => expandHome(path, tokensFor(way, options)))
    await store.replace(paths, { name, keys, isHashed: found.hashKnownHosts })
    if (keys.length === 0) anew.add(name)
    else anew.delete(name)
  }

  return { open, renewHostKey, close: bastions.close }
}

const recordName = ({ hostKeyAlias, hostName, port }: Way['found']) => hostKeyAlias ?? lookupName(hostName, port)

type Places = { readonly sessions: Limit; readonly connecting: Limit }

type Opening = {
  readonly way: Way
  readonly stop: AbortSignal
  readonly phases: Phases
  readonly places: Places
}

function tokensFor({ target, found, via }: Way, { surroundings }: ConnectionOptions): PathTokens {
  const { home, localUser, env } = surroundings
  const { hostName: host, hostKeyAlias, port, user } = found
  return { home, localUser, env, host, alias: target.host, hostKeyAlias, port, user, jump: via?.target.host }
}
