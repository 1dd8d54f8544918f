import { printable } from '../base/printable.ts'
import type { Manifest, ManifestServer } from '../manifest/manifest.ts'
import type { NewOutputEvent } from './events/output-event.ts'
import { renderTable } from './format/table.ts'

/** What `manifest check` prints for a valid manifest. */
export function describeManifest({ path, environment, servers, groups }: Manifest): string {
  const where = environment === undefined ? path : `${path}, ${environment}`
  const inGroups = groups.filter(({ serverNames }) => serverNames.length > 0)
  const count = `${servers.length} ${servers.length === 1 ? 'server' : 'servers'}`
  const counts = inGroups.map(({ name, serverNames }) => `${name} ${serverNames.length}`).join(', ')
  return printable(`${where}: ok; ${count}${counts === '' ? '' : ` (${counts})`}`).concat('\n')
}

/** A server of a manifest in JSON. */
export function manifestServerEvent({ name, position: _, ...server }: ManifestServer): NewOutputEvent {
  return { event: 'manifest-server', server: name, ...server }
}

/** The servers of a manifest as a table. */
export function renderServers(servers: readonly ManifestServer[]): string {
  const rows = servers.map(({ name, address = '', groups, zone = '', spare }) =>
    [name, address, groups.join(', '), zone, spare ? 'spare' : ''].map(printable),
  )
  return `${renderTable({ head: ['SERVER', 'ADDRESS', 'GROUPS', 'ZONE', ''], rows, widthColumns: undefined })}\n`
}
