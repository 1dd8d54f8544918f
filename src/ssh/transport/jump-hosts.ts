import type { Gateway, Server } from '../../inventory/server.ts'
import type { HostOptions, HostQuestion } from '../config/host-options.ts'
import { expandCommand } from '../config/path-tokens.ts'
import { ConnectError } from '../connect-error.ts'

/** What a connection is made to: a server, or a bastion on the way to one. */
export type Target = Pick<Server, 'host' | 'user' | 'port' | 'identityFiles' | 'gateway'>

/** What ssh is asked about a target: explicit values, as on its command line. */
export function questionFor({ host, user, port, identityFiles }: Target): HostQuestion {
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
  }
}

/** The bastions in front of a target, the one next to it last: the manifest's gateway, else the ssh config's ProxyJump. */
export function jumpHostsOf(target: Target, found: HostOptions): readonly Target[] {
  const { gateway, host } = target
  if (gateway !== undefined) return [fromGateway(gateway, target)]
  const tokens = { ...found, alias: host, host: found.hostName }
  const hops = found.proxyJump?.split(',') ?? []
  return hops.map((hop) => readHop(expandCommand(hop, tokens), host))
}

// The manifest's keys are for the manifest's gateway as well.
function fromGateway({ host, user, port }: Gateway, { identityFiles }: Target): Target {
  return questionFor({
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
  })
}

// [user@]host[:port], [user@][address]:port, or the same as ssh://…
function readHop(text: string, host: string): Target {
  const match =
    /^(?:ssh:\/\/)?(?:(?<user>.+)@)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(?<port>\d+))?\/?$/.exec(
      text.trim(),
    )
  const { user, v6, name, port } = match?.groups ?? {}
  const hop = v6 ?? name
  if (hop === undefined) throw new ConnectError('config', `ProxyJump ${text} of ${host} cannot be read`)
  return { host: hop, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) }
}
