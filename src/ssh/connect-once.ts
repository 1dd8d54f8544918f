import { type Agents, makeAgents } from './auth/agent-keys.ts'
import { authFor } from './auth/auth.ts'
import { type Identities, makeIdentities } from './auth/identities.ts'
import { expandHome, type PathTokens } from './config/path-tokens.ts'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits, Timeouts } from './connection-options.ts'
import type { UnknownKey } from './host-keys/host-key.ts'
import { hostKeyVerifierFor } from './host-keys/verify.ts'
import { lookupName } from './known-hosts/known-hosts.ts'
import { type KnownHostsStore, makeKnownHostsStore } from './known-hosts/known-hosts-store.ts'
import { makeSemaphore } from './semaphore.ts'
import { coalesceWrites } from './transport/coalesce-writes.ts'
import { whereIs } from './transport/dial.ts'
import type { Forward } from './transport/forward.ts'
import { handshake } from './transport/handshake.ts'
import type { Target } from './transport/jump-hosts.ts'
import { makeTransports } from './transport/open-transport.ts'
import type { Phases } from './transport/phases.ts'
import { jumpHostsOn, type Route, routeTo } from './transport/route.ts'

export type ConnectOnceOptions = {
  readonly options: ConnectionOptions
  readonly limits: Pick<Limits, 'signing'>
  readonly accepted: ReadonlyMap<string, UnknownKey>
}

/** One attempt to reach a host. */
export type Attempt = { readonly route: Route; readonly stop: AbortSignal; readonly phases: Phases }

/** Connects without waiting for a turn and without retries: stream, handshake, host key, authentication. */
export interface ConnectOnce {
  readonly timeouts: Timeouts
  readonly connect: (attempt: Attempt, forward: Forward | undefined) => Promise<Connection>
  readonly renewHostKey: (target: Target, keys: readonly Buffer[]) => Promise<void>
}

const defaultTimeouts: Timeouts = { tcpMs: 10_000, handshakeMs: 20_000, keepaliveMs: 15_000 }

export function makeConnectOnce({ options, limits, accepted }: ConnectOnceOptions): ConnectOnce {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const shared: Shared = {
    options,
    timeouts,
    accepted,
    identities: makeIdentities(options.askPassphrase),
    agents: makeAgents(makeSemaphore(limits.signing)),
    store: makeKnownHostsStore(options.knownHosts),
    openStream: makeTransports(timeouts.tcpMs),
    renewed: new Set(),
  }
  return {
    timeouts,
    connect: (attempt, forward) => connect(shared, attempt, forward),
    renewHostKey: (target, keys) => renewHostKey(shared, target, keys),
  }
}

/** What all attempts have in common. */
interface Shared {
  readonly options: ConnectionOptions
  readonly timeouts: Timeouts
  readonly accepted: ReadonlyMap<string, UnknownKey>
  readonly identities: Identities
  readonly agents: Agents
  readonly store: KnownHostsStore
  readonly openStream: ReturnType<typeof makeTransports>
  /** Names on record of hosts that were made again, and have shown no key yet. */
  readonly renewed: Set<string>
}

async function connect(shared: Shared, attempt: Attempt, forward: Forward | undefined): Promise<Connection> {
  const { route, stop, phases } = attempt
  const { found } = route
  phases.enter('config')
  const tokens = tokensFor(route, shared.options)
  const over = new AbortController()
  const [auth, verifier] = await Promise.all([
    authOf(shared, route, { tokens, over: over.signal }),
    verifierOf(shared, route, tokens),
  ])
  phases.enter('connect')
  const { stream, explain } = await shared.openStream({ found, forward, tokens, stop })
  const connection = await handshake({
    stream: coalesceWrites(stream),
    user: found.user,
    where: whereIs(found.hostName, found.port),
    jumpHosts: jumpHostsOn(route),
    hostKeyAlgorithms: verifier.algorithms,
    judge: verifier.judge,
    vouchedBy: verifier.vouchedBy,
    steps: auth.steps,
    whyNoAuth: auth.refused,
    timeoutMs: shared.timeouts.handshakeMs,
    keepaliveMs: shared.timeouts.keepaliveMs,
    stop,
    phases,
  })
    .catch((error: unknown) => Promise.reject(error instanceof ConnectError ? explain(error) : error))
    .finally(() => over.abort())
  await verifier.record().catch((error: unknown) => {
    connection.cut()
    throw error
  })
  shared.renewed.delete(recordName(found))
  return connection
}

type AuthOptions = { readonly tokens: PathTokens; readonly over: AbortSignal }

function authOf({ options, identities, agents }: Shared, { found }: Route, { tokens, over }: AuthOptions) {
  const { askPassword, local } = options
  const where = whereIs(found.hostName, found.port)
  return authFor({ ...found, tokens, where, agentSocket: local.agentSocket, identities, agents, askPassword, over })
}

function verifierOf({ options, accepted, store, renewed }: Shared, { found }: Route, tokens: PathTokens) {
  const { warn = () => undefined } = options
  return hostKeyVerifierFor({
    options: renewed.has(recordName(found)) ? { ...found, strictHostKeyChecking: 'accept-new' } : found,
    tokens,
    store,
    accepted,
    warn,
  })
}

async function renewHostKey(
  { options, store, renewed }: Shared,
  target: Target,
  keys: readonly Buffer[],
): Promise<void> {
  const route = await routeTo(target, options.hostOptions)
  const { found } = route
  const name = recordName(found)
  const paths = found.knownHostsFiles.map((path) => expandHome(path, tokensFor(route, options)))
  await store.replace(paths, { name, keys, isHashed: found.hashKnownHosts })
  if (keys.length === 0) renewed.add(name)
  else renewed.delete(name)
}

const recordName = ({ hostKeyAlias, hostName, port }: Route['found']) => hostKeyAlias ?? lookupName(hostName, port)

function tokensFor({ target, found, jumpHosts }: Route, { local }: ConnectionOptions): PathTokens {
  const { home, localUser, env } = local
  const { hostName: host, hostKeyAlias, port, user } = found
  return { home, localUser, env, host, alias: target.host, hostKeyAlias, port, user, jump: jumpHosts?.target.host }
}
