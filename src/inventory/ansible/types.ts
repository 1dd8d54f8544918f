/** Variables as they are written, all of them text. */
export type Vars = ReadonlyMap<string, string>

/** A group of an Ansible inventory, gathered from wherever its file speaks of it. */
export interface AnsibleGroup {
  readonly hosts: Map<string, Map<string, string>>
  readonly children: Set<string>
  readonly vars: Map<string, string>
}

export type AnsibleInventory = Map<string, AnsibleGroup>

/** The group of that name, made when it is not there yet. */
export function groupOf(inventory: AnsibleInventory, name: string): AnsibleGroup {
  const group = inventory.get(name) ?? { hosts: new Map(), children: new Set(), vars: new Map() }
  inventory.set(name, group)
  return group
}

/** Adds a host to a group; what is said of it again holds instead. */
export function addHost(group: AnsibleGroup, name: string, vars: Iterable<readonly [string, string]>): void {
  const known = group.hosts.get(name) ?? new Map<string, string>()
  group.hosts.set(name, known)
  for (const [key, value] of vars) known.set(key, value)
}
