import { dirname, extname, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import type { Found, FoundServer } from '../../manifest/init/found-server.ts'
import { parseIni } from './parse-ini.ts'
import { parseYamlInventory } from './parse-yaml.ts'
import type { AnsibleInventory, Vars } from './types.ts'

type File = { readonly path: string; readonly text: string; readonly isThere: (path: string) => boolean }

/** The servers of an Ansible inventory in a file, INI or YAML; throws a UsageError with file and line where it is neither. */
export function readAnsible({ path, text, isThere }: File): Found {
  if (text.startsWith('#!'))
    throw new UsageError(`${path} is a program that prints an inventory, not a file of one`, {
      hint: 'name it as maestro.inventory in the manifest, or write out what it knows: ansible-inventory --list --yaml > all.yml',
    })
  const inventory = isYaml(path, text) ? parseYamlInventory(path, text) : parseIni(path, text)
  const hosts = hostsOf(inventory)
  const notes = ['group_vars', 'host_vars']
    .filter((folder) => isThere(join(dirname(path), folder)))
    .map(
      (folder) => `${folder} beside the inventory is not read: ansible-inventory --list --yaml writes it out as well`,
    )
  const keys = new Set(
    hosts.map(({ vars }) => textIn(vars, 'ansible_ssh_private_key_file', 'ansible_private_key_file')),
  )
  const [key] = keys.size === 1 ? keys : []
  const servers = hosts.flatMap((host) => serverOf(host, notes))
  return { servers, from: path, ssh: key === undefined ? {} : { identity_file: key }, notes }
}

function isYaml(path: string, text: string): boolean {
  if (/^\.(ya?ml|json)$/.test(extname(path))) return true
  const first = text.split('\n').find((line) => !/^\s*([#;].*)?$/.test(line)) ?? ''
  return /^(---|\{|[\w.-]+:\s*$)/.test(first)
}

type Host = { readonly name: string; readonly groups: readonly string[]; readonly vars: Vars }

/** Every host with the variables that hold for it: its own, else those of the nearest group. */
function hostsOf(inventory: AnsibleInventory): readonly Host[] {
  const parents = new Map<string, string[]>()
  for (const [name, { children }] of inventory)
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name])
  const names = new Set([...inventory.values()].flatMap(({ hosts }) => [...hosts.keys()]))
  return [...names].map((name) => {
    const direct = [...inventory].filter(([, { hosts }]) => hosts.has(name)).map(([group]) => group)
    const groups = outwards(direct, parents)
    const own = direct.flatMap((group) => [...(inventory.get(group)?.hosts.get(name) ?? [])])
    const inherited = ['all', ...groups.filter((group) => group !== 'all').reverse()].flatMap((group) => [
      ...(inventory.get(group)?.vars ?? []),
    ])
    return {
      name,
      groups: groups.filter((group) => !/^(all|ungrouped)$/.test(group)),
      vars: new Map([...inherited, ...own]),
    }
  })
}

/** Groups and those around them, the nearest first; a circle ends where it closes. */
function outwards(groups: readonly string[], parents: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const reached = new Set(groups)
  for (const group of reached) for (const parent of parents.get(group) ?? []) reached.add(parent)
  return [...reached]
}

function serverOf({ name, groups, vars }: Host, notes: string[]): readonly FoundServer[] {
  const connection = (textIn(vars, 'ansible_connection') ?? 'ssh').split('.').at(-1) ?? ''
  const leaveOut = (why: string) => {
    notes.push(`${name} is left out: ${why}`)
    return []
  }
  if (!/^(ssh|smart|paramiko(_ssh)?)$/.test(connection)) return leaveOut(`it is not reached by SSH (${connection})`)
  const address = textIn(vars, 'ansible_host', 'ansible_ssh_host') ?? name
  const user = textIn(vars, 'ansible_user', 'ansible_ssh_user')
  const port = textIn(vars, 'ansible_port', 'ansible_ssh_port')
  if ([address, user, port].some((value) => value?.includes('{{')))
    return leaveOut('its address, user or port is a template')
  const jump = textIn(vars, 'ansible_ssh_common_args')
  if (jump?.includes('Proxy') && !notes.includes(jumpNote)) notes.push(jumpNote)
  return [
    {
      name,
      address,
      groups,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port: Number(port) }),
    },
  ]
}

const jumpNote =
  'ansible_ssh_common_args is not taken over: name the bastion as gateway in the manifest, or as ProxyJump in your ssh config'

const textIn = (vars: Vars, ...names: readonly string[]) =>
  names.map((name) => vars.get(name)).find((value) => value !== undefined && value !== '')
