import type { Gateway, Server } from '../inventory/server.ts'
import type { HostOptions } from '../inventory/ssh-config.ts'
import { ConnectError } from './connect-error.ts'

/** What a connection is made to: a server, or a bastion on the way to one. */
export interface Target extends Pick<Server, 'host' | 'user' | 'port' | 'identityFiles' | 'gateway'> {
  /** Bastions on the way, the one next to the target last; undefined: gateway or ssh config decide. */
  readonly jumps?: readonly Target[]
}

/** The bastions in front of a target: given ones, else the manifest's gateway, else the ssh config's ProxyJump. */
export function jumpsOf({ jumps, gateway, host }: Target, { proxyJump }: HostOptions): readonly Target[] {
  if (jumps !== undefined) return jumps
  if (gateway !== undefined) return [fromGateway(gateway)]
  return proxyJump === undefined ? [] : proxyJump.split(',').map((hop) => readHop(hop, host))
}

function fromGateway({ host, user, port }: Gateway): Target {
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) }
}

// [user@]host[:port], [user@][address]:port, or the same as ssh://…
function readHop(text: string, host: string): Target {
  const match =
    /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(?<port>\d+))?\/?$/.exec(
      text.trim(),
    )
  const { user, v6, name, port } = match?.groups ?? {}
  const hop = v6 ?? name
  if (hop === undefined) throw new ConnectError('config', `ProxyJump ${text} of ${host} cannot be read`)
  return { host: hop, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) }
}
