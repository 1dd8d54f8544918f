import { type Node, toPlain } from '../yaml/node.ts'

type Ports = {
  readonly compose: { readonly ports?: readonly string[] }
  readonly left: readonly string[]
  readonly published: readonly string[]
}

type Port = {
  readonly container: string
  readonly http?: string
  readonly https?: string
  readonly tcp?: string
  readonly udp?: string
}

/** Ports as the original has them, `{container: 5000, http: 80, https: 443}` or `"5000:80:443"`. */
export function importPorts(node: Node | undefined): Ports {
  const plain = node === undefined ? [] : toPlain(node)
  const written = Array.isArray(plain) ? plain : [plain]
  const ports = written.map(readPort)
  const read = ports.filter((port) => port !== undefined)
  const published = read.flatMap(publishedOf)
  return {
    compose: published.length === 0 ? {} : { ports: published },
    left: [
      ...(read.length < ports.length ? ['of its entries some cannot be read'] : []),
      ...read.flatMap(({ https }) =>
        https === undefined ? [] : [`https ${https} is not published: TLS is ended by a proxy of your own`],
      ),
    ],
    published: published.map((port) => port.split(':')[0] ?? ''),
  }
}

const number = /^\d{1,5}$/

function readPort(plain: unknown): Port | undefined {
  if (typeof plain === 'string') {
    const [container = '', http, https, ...more] = plain.split(':')
    const port = { container, ...(http && { http }), ...(https && { https }) }
    return more.length === 0 && Object.values(port).every((value) => number.test(value)) ? port : undefined
  }
  if (typeof plain !== 'object' || plain === null) return undefined
  const entries = Object.entries(plain).map(([key, value]) => [key, String(value)] as const)
  const isPort = entries.every(([key, value]) => /^(container|http|https|tcp|udp)$/.test(key) && number.test(value))
  const { container, ...others } = Object.fromEntries(entries)
  return isPort && container !== undefined ? { container, ...others } : undefined
}

function publishedOf({ container, http, tcp, udp }: Port): readonly string[] {
  return [
    ...(http === undefined ? [] : [`${http}:${container}`]),
    ...(tcp === undefined ? [] : [`${tcp}:${container}`]),
    ...(udp === undefined ? [] : [`${udp}:${container}/udp`]),
  ]
}
