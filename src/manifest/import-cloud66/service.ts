import { quoted } from '../quoted.ts'
import { isEmpty, type Node, nodeAt, toPlain } from '../yaml/node.ts'
import { importHealth } from './health.ts'
import type { Part } from './part.ts'
import { importPorts } from './ports.ts'

/** One service in the words of a compose file. */
export interface ImportedService {
  readonly service: string
  readonly compose: Readonly<Record<string, unknown>>
  /** What could not be said, a line each. */
  readonly left: readonly string[]
  /** Ports of the server that it takes. */
  readonly published: readonly string[]
}

const text = (node: Node) => (node.kind === 'text' ? node.text : undefined)

/** A key whose text goes over as it is. */
const same =
  (key: string, form = /^/) =>
  (node: Node): Part => {
    const value = text(node)
    return value !== undefined && form.test(value) ? { compose: { [key]: value } } : { left: ['it cannot be read'] }
  }

const list =
  (key: string) =>
  (node: Node): Part => {
    const plain = toPlain(node)
    const items = Array.isArray(plain) ? plain : [plain]
    const texts = items.filter((item): item is string => typeof item === 'string')
    const left = texts.length < items.length ? ['of its entries those that are maps cannot be read'] : []
    return { ...(texts.length > 0 && { compose: { [key]: texts } }), left }
  }

const no = (words: string) => (): Part => ({ left: [words] })

const nothing = (): Part => ({})

const parts: Readonly<Record<string, (node: Node, service: Node) => Part>> = {
  image: same('image'),
  command: same('command'),
  work_dir: same('working_dir'),
  volumes: list('volumes'),
  requires: list('depends_on'),
  stop_grace: (node) => {
    const time = text(node) ?? ''
    return same('stop_grace_period', /^\d+[smh]?$/)({ ...node, text: /^\d+$/.test(time) ? `${time}s` : time } as Node)
  },
  privileged: (node) => (text(node) === 'true' ? { compose: { privileged: true } } : {}),
  health: importHealth,
  constraints: (node) => {
    const memory = nodeAt(node, ['resources', 'memory'])
    const limit = /^(\d+(?:\.\d+)?)([KMG])i?B?$/i.exec((memory && text(memory)) ?? '')
    const isAll =
      [...keysOf(node)].join() === 'resources' && [...keysOf(nodeAt(node, ['resources']))].join() === 'memory'
    return {
      ...(limit && { compose: { mem_limit: `${limit[1]}${limit[2]?.toLowerCase()}` } }),
      ...(limit && isAll ? {} : { left: ['limits other than resources.memory are no matter of a server alone'] }),
    }
  },
  restart_on_deploy: (node) =>
    text(node) === 'false' ? { left: ['Compose restarts what has changed, and nothing else'] } : {},
  git_url: (_, service) =>
    isEmpty(nodeAt(service, ['image']))
      ? { left: ['maestro builds nothing: build and push the image, and write its name under image'] }
      : {},
  git_branch: nothing,
  dockerfile_path: nothing,
  build_root: nothing,
  type: nothing,
  build_command: no('it belongs into the build of the image'),
  deploy_command: no('run it yourself before `maestro deploy`, as with `docker compose run`'),
  traffic_matches: no('names are distinguished by a proxy of your own'),
  log_folder: no('mount a volume there, or write to stdout'),
  pre_stop_command: no('Compose 2.30 and later have pre_stop'),
  post_start_command: no('Compose 2.30 and later have post_start'),
  pre_start_signal: no('Compose sends no signal before a start'),
  pre_stop_sequence: no('Compose knows one stop_signal, and stop_grace_period'),
  load_balancing: no('it is a matter of the load balancer'),
  dns_behaviour: no('Compose knows one version of a service at a time'),
  security_context: no('Compose has user, cap_add, cap_drop and security_opt'),
  tags: no('Compose has labels'),
  annotations: no('Compose has labels'),
}

const keysOf = (node: Node | undefined) => (node?.kind === 'map' ? node.entries.keys() : [])

/** Converts one service to Compose. It always comes back after a reboot, as in the original. */
export function importService(service: string, node: Node, hasVariables: boolean): ImportedService {
  const name = quoted(service).slice(1, -1)
  if (node.kind !== 'map') return { service, compose: {}, left: [`${name}: it is no map`], published: [] }
  const ports = importPorts(nodeAt(node, ['ports']))
  const entries = [...node.entries].filter(([key, { value }]) => key !== 'ports' && !isEmpty(value))
  const made = entries.map(([key, { value }]) => {
    const make = parts[key] ?? no('nothing is known of it')
    const { compose = {}, left = [] } = make(value, node)
    return { compose, left: left.map((words) => `${name}.${quoted(key).slice(1, -1)}: ${words}`) }
  })
  const variables = hasVariables ? { env_file: ['.env'] } : {}
  return {
    service,
    compose: Object.assign({}, ...made.map(({ compose }) => compose), ports.compose, variables, { restart: 'always' }),
    left: [...made.flatMap(({ left }) => left), ...ports.left.map((words) => `${name}.ports: ${words}`)],
    published: ports.published,
  }
}
