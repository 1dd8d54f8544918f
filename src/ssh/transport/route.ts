import type { HostOptions, HostQuestion } from '../config/host-options.ts'
import { ConnectError } from '../connect-error.ts'
import { whereIs } from './dial.ts'
import { jumpHostsOf, questionFor, type Target } from './jump-hosts.ts'

/** How a host is reached: straight, or via a bastion, which has a way of its own. */
export interface Route {
  readonly target: Target
  readonly found: HostOptions
  readonly jumpHosts: Route | undefined
}

type FindOptions = (question: HostQuestion) => Promise<HostOptions>

// Nobody has so many bastions in a row: ssh would start one process after the other without end.
const jumpHostsAtMost = 16

/** The way that ssh would take; throws a ConnectError `config` where it has no end. */
export async function routeTo(target: Target, findOptions: FindOptions, depth = 0): Promise<Route> {
  if (depth > jumpHostsAtMost) throw new ConnectError('config', `the ProxyJump of ${target.host} leads in a circle`)
  const found = await findOptions(questionFor(target))
  let jumpHosts: Route | undefined
  // Of several jumps only the first is looked up for jumps of its own: the way to the others is given.
  for (const jump of jumpHostsOf(target, found))
    jumpHosts =
      jumpHosts === undefined
        ? await routeTo(jump, findOptions, depth + 1)
        : { target: jump, found: await findOptions(questionFor(jump)), jumpHosts }
  return { target, found, jumpHosts }
}

const loginOf = ({ found: { user, hostName, port } }: Route) => `${user}@${whereIs(hostName, port)}`

/** The logins of the bastions on a way, the first one first. */
export function jumpHostsOn({ jumpHosts }: Route): readonly string[] {
  return jumpHosts === undefined ? [] : [...jumpHostsOn(jumpHosts), loginOf(jumpHosts)]
}

/** The same for all ways that lead to the same account of the same host, however they are spelt. */
export function keyOf(route: Route): string {
  const { target, found, jumpHosts } = route
  // Where a ProxyCommand leads is for it to know; its %n is the name as it was spelt.
  const last = found.proxyCommand === undefined ? loginOf(route) : `${loginOf(route)} as ${target.host}`
  return jumpHosts === undefined ? last : `${keyOf(jumpHosts)} ${last}`
}
