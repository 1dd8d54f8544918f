import type { HostOptions, HostQuestion } from '../config/ssh-config.ts'
import { ConnectError } from '../connect-error.ts'
import { whereIs } from './dial.ts'
import { jumpsOf, questionFor, type Target } from './jump-hosts.ts'

/** How a host is reached: straight, or via a bastion, which has a way of its own. */
export interface Way {
  readonly target: Target
  readonly found: HostOptions
  readonly via: Way | undefined
}

type FindOptions = (question: HostQuestion) => Promise<HostOptions>

// Nobody has so many bastions in a row: ssh would start one process after the other without end.
const bastionsAtMost = 16

/** The way that ssh would take; throws a ConnectError `config` where it has no end. */
export async function wayTo(target: Target, findOptions: FindOptions, depth = 0): Promise<Way> {
  if (depth > bastionsAtMost) throw new ConnectError('config', `the ProxyJump of ${target.host} leads in a circle`)
  const found = await findOptions(questionFor(target))
  let via: Way | undefined
  // Of several jumps only the first is looked up for jumps of its own: the way to the others is given.
  for (const jump of jumpsOf(target, found))
    via =
      via === undefined
        ? await wayTo(jump, findOptions, depth + 1)
        : { target: jump, found: await findOptions(questionFor(jump)), via }
  return { target, found, via }
}

const loginOf = ({ found: { user, hostName, port } }: Way) => `${user}@${whereIs(hostName, port)}`

/** The logins of the bastions on a way, the first one first. */
export function bastionsOn({ via }: Way): readonly string[] {
  return via === undefined ? [] : [...bastionsOn(via), loginOf(via)]
}

/** The same for all ways that lead to the same account of the same host, however they are spelt. */
export function keyOf(way: Way): string {
  const { target, found, via } = way
  // Where a ProxyCommand leads is for it to know; its %n is the name as it was spelt.
  const last = found.proxyCommand === undefined ? loginOf(way) : `${loginOf(way)} as ${target.host}`
  return via === undefined ? last : `${keyOf(via)} ${last}`
}
