import { makeAgents } from './auth/agent-keys.ts'
import { authFor } from './auth/auth.ts'
import { makeIdentities } from './auth/identities.ts'
import { expandHome, type PathTokens } from './config/path-tokens.ts'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits, Timeouts } from './connection-options.ts'
import type { UnknownKey } from './host-keys/host-key.ts'
import { hostKeyVerifierFor } from './host-keys/verify.ts'
import { lookupName } from './known-hosts/known-hosts.ts'
import { makeKnownHostsStore } from './known-hosts/known-hosts-store.ts'
import { makeSemaphore, type Semaphore } from './semaphore.ts'
import { coalesceWrites } from './transport/coalesce-writes.ts'
import { whereIs } from './transport/dial.ts'
import type { Forward } from './transport/forward.ts'
import { handshake } from './transport/handshake.ts'
import type { Target } from './transport/jump-hosts.ts'
import { makeTransports } from './transport/open-transport.ts'
import { type Phases, timed } from './transport/phases.ts'
import { withRetries } from './transport/retries.ts'
import { jumpHostsOn, type Route, routeTo } from './transport/route.ts'
import { makeSharedJumpHosts } from './transport/shared-jump-hosts.ts'

/** Makes authenticated connections, over bastions where that is the way. */
export interface Connector {
  readonly open: (target: Target, stop: AbortSignal) => Promise<Connection>
  /** Forgets the host keys on record of one that was made anew, and believes these; none: the first that it shows. */
  readonly renewHostKey: (target: Target, keys: readonly Buffer[]) => Promise<void>
  readonly close: () => Promise<void>
}

type ConnectorOptions = {
  readonly options: ConnectionOptions
  readonly limits: Limits
  readonly accepted: ReadonlyMap<string, UnknownKey>
}

// The ssh config is read for this many servers at a time, so that a stop does not find thousands of them at it.
const lookupsAtMost = 16
const defaultTimeouts: Timeouts = { tcpMs: 10_000, handshakeMs: 20_000, keepaliveMs: 15_000 }

export function makeConnector({ options, limits, accepted }: ConnectorOptions): Connector {
  const { warn = () => undefined, askPassword, local } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const semaphores = { sessions: makeSemaphore(limits.sessions), connecting: makeSemaphore(limits.connecting) }
  const unlimited = makeSemaphore(Number.POSITIVE_INFINITY)
  const lookups = makeSemaphore(lookupsAtMost)
  const identities = makeIdentities(options.askPassphrase)
  const agents = makeAgents(makeSemaphore(limits.signing))
  const store = makeKnownHostsStore(options.knownHosts)
  const openStream = makeTransports(timeouts.tcpMs)
  // Names on record of hosts that were made anew, and have shown no key yet.
  const anew = new Set<string>()
  const jumpHosts = makeSharedJumpHosts({
    connectingAtMost: limits.perJumpHost,
    forwardMs: timeouts.tcpMs,
    // A bastion takes no place: servers that wait for it would keep it from having one.
    open: (route, stop) =>
      timed((phases) => openWay({ route, stop, phases, semaphores: { sessions: unlimited, connecting: unlimited } })),
  })

  const open = (target: Target, stop: AbortSignal) =>
    timed(async (phases) => {
      phases.enter('config')
      const route = await lookups.within(() => routeTo(target, options.hostOptions), stop)
      return openWay({ route, stop, phases, semaphores })
    })

  function openWay(opening: Opening): Promise<Connection> {
    const { route, stop, phases } = opening
    if (route.jumpHosts === undefined) return openInTurn(opening, undefined)
    phases.enter('bastion')
    return jumpHosts.through(route.jumpHosts, stop, (forward) => openInTurn(opening, forward))
  }

  // Places are taken when the bastion's turn has come: who waits for one keeps no other server waiting.
  async function openInTurn(opening: Opening, forward: Forward | undefined): Promise<Connection> {
    const { stop, phases, semaphores } = opening
    phases.enter('turn')
    const giveSession = await semaphores.sessions.take(stop)
    try {
      const attempt = () => withRetries(stop, () => openOnce(opening, forward))
      const connection = await semaphores.connecting.within(attempt, stop)
      void connection.ended.then(giveSession)
      return connection
    } catch (error) {
      giveSession()
      throw error
    }
  }

  async function openOnce({ route, stop, phases }: Opening, forward: Forward | undefined): Promise<Connection> {
    phases.enter('config')
    const { found } = route
    const tokens = tokensFor(route, options)
    const where = whereIs(found.hostName, found.port)
    const { agentSocket } = local
    const over = new AbortController()
    const [auth, trust] = await Promise.all([
      authFor({ ...found, tokens, where, agentSocket, identities, agents, askPassword, over: over.signal }),
      hostKeyVerifierFor({
        options: anew.has(recordName(found)) ? { ...found, strictHostKeyChecking: 'accept-new' } : found,
        tokens,
        store,
        accepted,
        warn,
      }),
    ])
    phases.enter('connect')
    const { stream, explain } = await openStream({ found, forward, tokens, stop })
    const connection = await handshake({
      stream: coalesceWrites(stream),
      user: found.user,
      where,
      jumpHosts: jumpHostsOn(route),
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
    const route = await routeTo(target, options.hostOptions)
    const { found } = route
    const name = recordName(found)
    const paths = found.knownHostsFiles.map((path) => expandHome(path, tokensFor(route, options)))
    await store.replace(paths, { name, keys, isHashed: found.hashKnownHosts })
    if (keys.length === 0) anew.add(name)
    else anew.delete(name)
  }

  return { open, renewHostKey, close: jumpHosts.close }
}

const recordName = ({ hostKeyAlias, hostName, port }: Route['found']) => hostKeyAlias ?? lookupName(hostName, port)

type Semaphores = { readonly sessions: Semaphore; readonly connecting: Semaphore }

type Opening = {
  readonly route: Route
  readonly stop: AbortSignal
  readonly phases: Phases
  readonly semaphores: Semaphores
}

function tokensFor({ target, found, jumpHosts }: Route, { local }: ConnectionOptions): PathTokens {
  const { home, localUser, env } = local
  const { hostName: host, hostKeyAlias, port, user } = found
  return { home, localUser, env, host, alias: target.host, hostKeyAlias, port, user, jump: jumpHosts?.target.host }
}
