import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FleetServer } from './fleet.ts'

/** A manifest of some servers of the fleet, in a folder of its own. */
export interface FleetManifest {
  readonly path: string
  readonly remove: () => void
}

/** Writes a manifest of these servers; those of `unknown` are left out of its known_hosts. */
export function writeManifest(
  servers: readonly FleetServer[],
  { unknown = [] as readonly FleetServer[] } = {},
): FleetManifest {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-fleet-'))
  const [first] = servers
  if (first === undefined) throw new Error('a manifest without servers')
  const isKnown = (line: string) => !unknown.some(({ address }) => line.includes(address))
  const known = readFileSync(first.knownHostsPath, 'utf8').split('\n').filter(isKnown)
  writeFileSync(join(folder, 'known_hosts'), known.join('\n'))
  writeFileSync(join(folder, 'Manifest.yml'), manifestText(servers, first))
  return { path: join(folder, 'Manifest.yml'), remove: () => rmSync(folder, { recursive: true }) }
}

function manifestText(servers: readonly FleetServer[], { user, keyPath }: FleetServer): string {
  const entries = servers.map(
    ({ name, address, port }) => `  - server: {unique_name: ${name}, address: ${address}, port: ${port}}`,
  )
  return `docker:
  servers:
${entries.join('\n')}
maestro:
  ssh: {user: ${user}, config: none, identity_file: ${keyPath}, known_hosts: known_hosts}
`
}
