import type { MeshLaunch } from '../../remote/facts/mesh.ts'

/** What `weave launch` is to be given so that it makes the router anew as it is. */
export type Launch = { readonly arguments: readonly string[]; readonly variables: readonly string[] }

/** Options of the router that the script gives it by itself; the variable that it takes the value from, where there is one. */
const own: Readonly<Record<string, string | null>> = {
  port: 'WEAVE_PORT',
  'http-addr': 'WEAVE_HTTP_ADDR',
  'status-addr': 'WEAVE_STATUS_ADDR',
  'metrics-addr': 'WEAVE_METRICS_ADDR',
  'docker-bridge': 'DOCKER_BRIDGE',
  ...{ 'weave-bridge': null, datapath: null, iface: null, 'host-root': null, 'docker-api': null, 'resolv-conf': null },
  ...{ 'dns-listen-address': null, 'dns-effective-listen-address': null, plugin: null, proxy: null, H: null },
}

const ownSocket = 'unix:///var/run/weave/weave.sock'

// Those of `weave launch` that take a value, and those that do not.
const valued = new Set([
  ...['name', 'nickname', 'host', 'log-level', 'conn-limit', 'trusted-subnets', 'min-protocol-version'],
  ...['ipalloc-init', 'ipalloc-range', 'ipalloc-default-subnet', 'init-peer-count'],
  ...['dns-domain', 'dns-ttl', 'dns-fallback-timeout'],
  ...['hostname-from-label', 'hostname-match', 'hostname-replacement', 'tlscacert', 'tlscert', 'tlskey'],
])
const flags = new Set([
  ...['no-discovery', 'no-dns', 'resume', 'awsvpc', 'without-dns', 'no-multicast-route', 'no-rewrite-hosts'],
  ...['no-default-ipalloc', 'rewrite-inspect', 'plugin', 'proxy', 'tls', 'tlsverify'],
])

type Option = { readonly name: string; readonly value: string | undefined; readonly words: readonly string[] }

/**
 * The launch of a router by the words of its container, in which the script's own stand before those that it was given; its
 * peers are the targets. Returns the option that is known as neither: whose it is, and what is its value, nobody can say.
 */
export function launchOf(launch: MeshLaunch, targets: readonly string[]): Launch | { readonly unknown: string } {
  if (launch.hasUnit) return { arguments: [], variables: [] }
  const options = readOptions(launch.arguments)
  const unknown = options.find(({ name }) => !(name in own) && !valued.has(name) && !flags.has(name))
  if (unknown !== undefined) return { unknown: unknown.words[0] ?? '' }
  const isOwn = ({ name, value }: Option, index: number) =>
    name === 'H'
      ? value === ownSocket
      : name in own && value !== 'false' && options.findIndex((option) => option.name === name) === index
  const given = options.filter((option, index) => !isOwn(option, index))
  const isLast = ({ name }: Option, index: number) =>
    name === 'H' || given.findLastIndex((option) => option.name === name) === index
  const peers = given.some(({ name }) => name === 'resume') ? [] : targets
  return {
    arguments: [
      ...(launch.restarts ? [] : ['--no-restart']),
      ...given.filter(isLast).flatMap(({ words }) => words),
      ...peers,
    ],
    variables: [...launch.variables.flatMap(variablesFor), ...options.filter(isOwn).flatMap(variableOf)],
  }
}

function readOptions(words: readonly string[]): readonly Option[] {
  return words.flatMap((word, index) => {
    const [, name, inWord] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/.exec(word) ?? []
    if (name === undefined) return []
    const next = words[index + 1]
    const takesNext = inWord === undefined && !flags.has(name) && next !== undefined
    return [{ name, value: takesNext ? next : inWord, words: takesNext ? [word, next] : [word] }]
  })
}

const variableOf = ({ name, value }: Option) => {
  const variable = own[name]
  return variable && value ? [`${variable}=${value}`] : []
}

// The script hands this one on to its tools, and not to the router.
const variablesFor = (variable: string) =>
  variable.startsWith('DOCKER_API_VERSION=') ? [variable, `WEAVE_DOCKER_ARGS=-e ${variable}`] : [variable]
