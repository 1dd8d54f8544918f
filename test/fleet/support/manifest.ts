import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FleetServer } from './fleet.ts'

/** A manifest of some servers of the fleet, in a folder of its own. */
export interface FleetManifest {
  readonly path: string
  readonly remove: () => void
}

interface ManifestOptions {
  /** Left out of its known_hosts. */
  readonly unknown?: readonly FleetServer[]
  /** In front of the others. */
  readonly balancer?: FleetServer
  /** More lines of the `maestro:` block. */
  readonly settings?: string
  /** The version of Docker that it wants. */
  readonly docker?: string
  /** And that of Weave. */
  readonly weave?: string
}

/** Writes a manifest of these servers. */
export function writeManifest(servers: readonly FleetServer[], options: ManifestOptions = {}): FleetManifest {
  const { unknown = [] } = options
  const folder = mkdtempSync(join(tmpdir(), 'maestro-fleet-'))
  const [first] = servers
  if (first === undefined) throw new Error('a manifest without servers')
  const isKnown = (line: string) => !unknown.some(({ address }) => line.includes(address))
  const known = readFileSync(first.knownHostsPath, 'utf8').split('\n').filter(isKnown)
  writeFileSync(join(folder, 'known_hosts'), known.join('\n'))
  writeFileSync(join(folder, 'Manifest.yml'), manifestText(servers, first, options))
  return { path: join(folder, 'Manifest.yml'), remove: () => rmSync(folder, { recursive: true }) }
}

const entry = ({ name, address, port }: FleetServer) =>
  `  - server: {unique_name: ${name}, address: ${address}, port: ${port}}`

type Login = Pick<FleetServer, 'user' | 'keyPath'>

function manifestText(
  servers: readonly FleetServer[],
  { user, keyPath }: Login,
  { balancer, settings = '', docker, weave }: ManifestOptions,
) {
  const versions = [
    ...(docker === undefined ? [] : [`docker_version: ${docker}`]),
    ...(weave === undefined ? [] : [`weave_version: ${weave}`]),
  ]
  return `docker:
${versions.length === 0 ? '' : `  configuration: {${versions.join(', ')}}\n`}  servers:
${servers.map(entry).join('\n')}
${balancer === undefined ? '' : `load_balancer:\n  servers:\n${entry(balancer)}`}
maestro:
  ssh: {user: ${user}, config: none, identity_file: ${keyPath}, known_hosts: known_hosts}
${settings}`
}
