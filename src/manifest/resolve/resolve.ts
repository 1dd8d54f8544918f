import { dirname, resolve } from 'node:path'
import { suggestion } from '../../base/did-you-mean.ts'
import { UsageError } from '../../base/errors.ts'
import type { Group, LoadBalancer, Manifest, ManifestGateway, ManifestServer, Versions } from '../manifest.ts'
import { quoted } from '../quoted.ts'
import type { CheckedServer } from '../read/check-servers.ts'
import type { CheckedEnvironment, WrittenManifest } from '../read/read.ts'
import type { DockerConfiguration } from '../schema/components.ts'
import { positionOf, type SourceText } from '../yaml/source-text.ts'
import { resolveSettings } from './resolve-settings.ts'

type Choice = { readonly environment?: string | undefined }

/**
 * The manifest for one environment, with every default filled in. Throws a UsageError when the file has several
 * environments and none is chosen, or the chosen one is not there; part of a name is not enough.
 */
export function resolveManifest(written: WrittenManifest, options: Choice = {}): Manifest {
  const { source } = written
  const chosen = chooseEnvironment(written, options.environment)
  const name = chosen.name ?? options.environment
  const gateway = makeGateway(chosen, source)
  const loadBalancer = makeLoadBalancer(chosen)
  return {
    path: source.name,
    ...(name === undefined ? {} : { environment: name }),
    environments: namesOf(written),
    groups: makeGroups(chosen),
    servers: chosen.servers.map((server) => makeServer(server, source)),
    ...(gateway && { gateway }),
    ...(loadBalancer && { loadBalancer }),
    settings: resolveSettings(chosen.merged, dirname(resolve(source.name))),
  }
}

const namesOf = ({ environments }: WrittenManifest) => environments.flatMap(({ name }) => name ?? [])

// A file without environment level holds for every environment, as in the original.
function chooseEnvironment(written: WrittenManifest, wanted: string | undefined): CheckedEnvironment {
  const names = namesOf(written)
  const [only, ...more] = written.environments
  if (only === undefined) throw new Error('a manifest that was read has no environment')
  if (names.length === 0 || (wanted === undefined && more.length === 0)) return only
  const { name } = written.source
  if (wanted === undefined)
    throw new UsageError(`${name} has several environments: ${names.join(', ')}`, { hint: 'choose one with -e' })
  const found = written.environments.find((environment) => environment.name === wanted)
  if (found !== undefined) return found
  const meant = suggestion(wanted, names) || `; it has ${names.join(', ')}`
  throw new UsageError(`${name} has no environment ${quoted(wanted)}${meant}`)
}

function makeGroups({ groups, servers, docker }: CheckedEnvironment): readonly Group[] {
  const members = new Map<string, string[]>(groups.map(({ name }) => [name, []]))
  for (const server of servers) for (const group of server.groups) members.get(group)?.push(server.name)
  const kinds = new Map(groups.map(({ name, kind }) => [name, kind]))
  return [...kinds].map(([name, kind]) => ({
    name,
    kind,
    versions: kind === 'docker' ? makeVersions(docker) : {},
    serverNames: members.get(name) ?? [],
  }))
}

function makeVersions({
  docker_version,
  version,
  weave_version,
  image_keep_count,
}: DockerConfiguration = {}): Versions {
  const docker = docker_version || version
  return {
    ...(docker && { docker }),
    ...(weave_version && { weave: weave_version }),
    ...(image_keep_count !== undefined && { imageKeepCount: image_keep_count }),
  }
}

function makeServer({ name, at, written, groups }: CheckedServer, source: SourceText): ManifestServer {
  const { address, port, spare = false } = written
  const user = written.user ?? written.username
  const zone = written.zone ?? written.availability_zone
  return {
    name,
    ...(address && { address }),
    groups,
    ...(user && { user }),
    ...(port && { port }),
    ...(zone && { zone }),
    spare,
    position: positionOf(source, at),
  }
}

function makeGateway({ gateway }: CheckedEnvironment, source: SourceText): ManifestGateway | undefined {
  if (gateway === undefined) return undefined
  const { name, username, address, port } = gateway.written
  return {
    name,
    ...(username && { user: username }),
    ...(address && { address }),
    ...(port && { port }),
    position: positionOf(source, gateway.at),
  }
}

function makeLoadBalancer({ groups, loadBalancer = {} }: CheckedEnvironment): LoadBalancer | undefined {
  if (!groups.some(({ kind }) => kind === 'load_balancer')) return undefined
  const { httpchk, wait_after_adding_servers: adding = 0, wait_after_removing_servers: removing = 0 } = loadBalancer
  return { ...(httpchk && { httpchk }), waitAfterAddingMs: adding * 1000, waitAfterRemovingMs: removing * 1000 }
}
