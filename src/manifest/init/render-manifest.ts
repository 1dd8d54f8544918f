import { printable } from '../../base/printable.ts'
import { type Component, components } from '../components.ts'
import { type AssignedServer, assignComponents } from './assign-components.ts'
import type { Found } from './found-server.ts'

/** A manifest to begin with. */
export interface RenderedManifest {
  readonly text: string
  /** What of the source is not in it, a sentence each. */
  readonly notes: readonly string[]
}

const about: Partial<Record<Component, string>> = {
  docker: 'What serves the application itself. rails, rack, sinatra and node are other names for it.',
  postgresql:
    'Databases that are others than this: mysql, mongodb, redis, elasticsearch and more are components as well.',
  load_balancer: 'Servers of the application leave its HAProxy while they are disrupted.',
}

/** Writes what was found as a commented manifest, which `manifest check` finds in order. */
export function renderManifest(found: Found): RenderedManifest {
  const { servers, notes } = assignComponents(found)
  const user = commonUser(servers)
  const names = [...new Set(servers.map(({ environment }) => environment))]
  const environments = names.map((name) => {
    const own = servers.filter(({ environment }) => environment === name)
    return name === undefined ? componentLines(own, user) : [`${name}:`, ...componentLines(own, user).map(indented)]
  })
  const text = [...head(found.from), ...environments.flat(), ...blockLines(found, user)].join('\n')
  return { text: `${text}\n`, notes }
}

const head = (from: string) => [
  `# The servers of the application, written by maestro manifest init from ${printable(from)}.`,
  '#',
  '#   maestro manifest check     says everything that is wrong with this file',
  '#   maestro manifest servers   lists its servers with their groups',
  '#   maestro manifest example   shows every key that there is',
  '#',
  '# A component is a group of servers, and changes go over them group by group: move a server whose group is wrong.',
  '',
]

const indented = (line: string) => (line === '' ? '' : `  ${line}`)

function componentLines(servers: readonly AssignedServer[], user: string | undefined): readonly string[] {
  return components.flatMap((component) => {
    const inIt = servers.filter((placed) => placed.components.includes(component))
    if (inIt.length === 0) return []
    const remark = about[component]
    const lines = inIt.map((placed) => serverLine(placed, { component, user }))
    return [...(remark === undefined ? [] : [`# ${remark}`]), `${component}:`, '  servers:', ...lines, '']
  })
}

type Line = { readonly component: Component; readonly user: string | undefined }

function serverLine({ server, components: all, isGuess }: AssignedServer, { component, user }: Line): string {
  const { name, address, port, groups } = server
  if (all[0] !== component) return `  - server: ${flowMap({ same_as: name })}`
  const own = server.user === user ? undefined : server.user
  const remarks = groups.filter((group) => group !== component).map(printable)
  const remark = isGuess ? [...remarks, 'is this its group?'] : remarks
  const entry = flowMap({ unique_name: name, address, port: port?.toString(), user: own })
  return `  - server: ${entry}${remark.length === 0 ? '' : `   # ${remark.join(', ')}`}`
}

function flowMap(entries: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${yamlText(value)}`],
  )
  return `{${written.join(', ')}}`
}

// JSON's quoting is YAML's as well.
const yamlText = (text: string) =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(text) && !/^null$/i.test(text) ? text : JSON.stringify(text)

/** The user of all of them, which then stands once; undefined when they differ or some name none. */
function commonUser(servers: readonly AssignedServer[]): string | undefined {
  const users = new Set(servers.map(({ server }) => server.user))
  return users.size === 1 ? [...users][0] : undefined
}

function blockLines({ ssh }: Found, user: string | undefined): readonly string[] {
  const written = flowMap({ user, ...ssh })
  const isSaid = written !== '{}'
  const lead = isSaid ? '' : '# '
  return [
    '# Settings of maestro, all of them optional.',
    `${lead}maestro:`,
    `${lead}  ssh: ${isSaid ? written : '{user: deploy}'}   # else as your own ssh would connect`,
    '#   rollout: {max_unavailable: 25%, window: ["Sat 02:00-05:00 UTC"]}   # how a change goes over the servers',
    '#   health: {url: "http://localhost:8080/up"}   # how a server shows that it serves',
  ]
}
