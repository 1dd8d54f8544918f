import { isEmpty, type Node, nodeAt, toPlain } from '../yaml/node.ts'
import type { Part } from './part.ts'

/** A health check: `default`, `none`, the inbound one of the original's first version, or the probes of its second. */
export function importHealth(node: Node, service: Node): Part {
  if (node.kind === 'text') {
    if (node.text === 'none') return {}
    return node.text === 'default' ? asked(service, {}) : { left: ['it cannot be read'] }
  }
  const probes = ['alive', 'ready', 'startup'].filter((name) => !isEmpty(nodeAt(node, [name])))
  const [first, ...others] = probes
  if (first === undefined) return inbound(node, service)
  const probe = nodeAt(node, [first]) as Node
  const { compose, left = [] } = fromProbe(probe, service)
  const more = others.length === 0 ? [] : [`Compose knows one check: ${first} is taken, and not ${others.join(', ')}`]
  return { ...(compose && { compose }), left: [...left, ...more] }
}

type Times = {
  readonly interval?: string
  readonly timeout?: string
  readonly retries?: string
  readonly start?: string
}
type Check = Times & { readonly path?: string | undefined; readonly port?: string | undefined }

function inbound(node: Node, service: Node): Part {
  const { type = 'inbound', endpoint, protocol = 'http', timeout, accept } = textsOf(node)
  if (type !== 'inbound' || protocol !== 'http') return { left: [`a check that is ${type} by ${protocol} has no like`] }
  const { compose, left = [] } = asked(service, { path: endpoint, ...(timeout && { timeout }) })
  const codes =
    accept === undefined ? [] : ['accept is left out: the check is well with 2xx, and where it is sent on to that']
  return { ...(compose && { compose }), left: [...left, ...codes] }
}

function fromProbe(node: Node, service: Node): Part {
  const {
    type = 'http',
    endpoint,
    path,
    port,
    command,
    period,
    timeout,
    initial_delay,
    failure_threshold,
  } = textsOf(node)
  const times = {
    ...(period && { interval: period }),
    ...(timeout && { timeout }),
    ...(initial_delay && { start: initial_delay }),
    ...(failure_threshold && { retries: failure_threshold }),
  }
  if (type === 'exec' && command !== undefined)
    return { compose: { healthcheck: { test: ['CMD-SHELL', command], ...timesOf(times) } } }
  return type === 'http'
    ? asked(service, { path: path ?? endpoint, port, ...times })
    : { left: [`a check by ${type} has no like`] }
}

/** Asked by what most images have; a port that is not said is that of the service. */
function asked(service: Node, { path = '/', port = firstPort(service), ...times }: Check): Part {
  if (port === undefined) return { left: ['it names no port that could be asked'] }
  const test = ['CMD', 'wget', '-q', '-O', '/dev/null', `http://localhost:${port}${path}`]
  return {
    compose: { healthcheck: { test, ...timesOf(times) } },
    left: ['the check needs wget in the image'],
  }
}

function firstPort(service: Node): string | undefined {
  const ports = nodeAt(service, ['ports'])
  const plain: unknown = ports === undefined ? undefined : toPlain(ports)
  const [first]: readonly unknown[] = Array.isArray(plain) ? plain : [plain]
  const container: unknown = first instanceof Object || typeof first === 'object' ? Object(first).container : first
  return /^(\d{1,5})(:|$)/.exec(String(container))?.[1]
}

const timesOf = ({ interval, timeout, retries, start }: Times) => ({
  ...(interval && { interval: seconds(interval) }),
  ...(timeout && { timeout: seconds(timeout) }),
  ...(retries && { retries: Number(retries) }),
  ...(start && { start_period: seconds(start) }),
})

const seconds = (time: string) => (/^\d+$/.test(time) ? `${time}s` : time)

function textsOf(node: Node): Readonly<Partial<Record<string, string>>> {
  const plain = toPlain(node)
  return typeof plain === 'object' && plain !== null
    ? Object.fromEntries(
        Object.entries(plain).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {}
}
