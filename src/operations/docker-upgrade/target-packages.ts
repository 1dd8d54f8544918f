import { compareVersions } from '../../remote/debian-version.ts'
import { engineOf } from '../../remote/engine-version.ts'
import type { DockerCandidates, NamedVersion } from '../../remote/facts/candidates.ts'
import type { PackageChange } from './change.ts'
import { resolveVersion } from './resolve-version.ts'

/** What the packages are to be, or why that cannot be. */
export type Target =
  | {
      readonly status: 'found'
      readonly changes: readonly PackageChange[]
      /** Versions of the engine: what is installed, what it is to be, and the newest that is offered. */
      readonly from: string | undefined
      readonly to: string
      readonly newest: string
    }
  | { readonly status: 'missing'; readonly why: string }

const engine = 'docker-ce'
/** Docker's own packages: the first of one version, the others of versions of their own. */
const engines = [engine, 'docker-ce-cli', 'docker-ce-rootless-extras']
const companions = ['containerd.io', 'docker-buildx-plugin', 'docker-compose-plugin']
const distributionNames = [
  'docker.io',
  'docker-cli',
  'containerd',
  'runc',
  'docker-buildx',
  'docker-compose',
  'docker-compose-v2',
]

/** Docker's own packages of the version that the manifest wants; what goes with the engine is taken as new as it is offered. */
export function dockersOwn(wanted: string, { packages, versions }: DockerCandidates, installs: boolean): Target {
  const resolved = resolveVersion(wanted, versions.get(engine) ?? [])
  if (resolved.status === 'missing') return { status: 'missing', why: notOffered(wanted, resolved.newest) }
  const { version: target, newest } = resolved
  const installed = new Map(packages.map(({ name, version }) => [name, version]))
  const from = installed.get(engine)
  const isDown = from !== undefined && compareVersions(target, from) < 0
  const named = from === undefined && installs ? [engine, 'docker-ce-cli', ...companions] : [...engines, ...companions]
  const changes = named.flatMap((name): PackageChange[] => {
    const have = installed.get(name)
    if (have === undefined && from !== undefined) return []
    const to = engines.includes(name) ? target : newestOf(versions.get(name))
    if (to === undefined || have === to) return []
    // What goes with an older engine is as good with a newer companion, and is left as it is.
    if (!engines.includes(name) && have !== undefined && (isDown || compareVersions(to, have) < 0)) return []
    return [{ name, from: have ?? null, to }]
  })
  const lacking = changes.find(({ name, to }) => !versions.get(name)?.includes(to))
  if (lacking !== undefined)
    return { status: 'missing', why: `${lacking.name} ${lacking.to} is not offered beside its engine` }
  return {
    status: 'found',
    changes,
    from: from === undefined ? undefined : engineOf(from),
    to: engineOf(target) ?? target,
    newest: engineOf(newest) ?? newest,
  }
}

function notOffered(wanted: string, newest: string | undefined): string {
  if (newest === undefined)
    return 'no apt source of this server has docker-ce: with maestro.docker.repository in the manifest it is set up'
  return `Docker ${wanted} is not available for this release; the newest is ${engineOf(newest)}`
}

const newestOf = (versions: readonly string[] = []) =>
  versions.filter((version) => !/~(rc|beta|alpha)/.test(version)).toSorted((a, b) => compareVersions(b, a))[0]

/** The distribution's own packages, as new as apt has them. */
export function distributionsOwn(offers: DockerCandidates): Target {
  const { packages, candidates } = offers
  const have = packages.filter(({ name }) => distributionNames.includes(name))
  const docker = have.find(({ name }) => name === 'docker.io')
  const changes = have.flatMap(({ name, version }): PackageChange[] => {
    const to = candidates.get(name)
    return to === undefined || compareVersions(to, version) <= 0 ? [] : [{ name, from: version, to }]
  })
  const now = docker?.version ?? ''
  const then = changes.find(({ name }) => name === 'docker.io')?.to ?? now
  return { status: 'found', changes, from: engineOf(now), to: engineOf(then) ?? then, newest: engineOf(then) ?? then }
}

/** What the last upgrade has kept, against what is installed. */
export function keptPackages({ packages, kept }: DockerCandidates): Target {
  if (kept.length === 0) return { status: 'missing', why: 'no packages are kept here to go back to' }
  const installed = new Map(packages.map(({ name, version }) => [name, version]))
  const changes = kept.flatMap(({ name, version }): PackageChange[] =>
    installed.get(name) === version ? [] : [{ name, from: installed.get(name) ?? null, to: version }],
  )
  const versionOf = (some: readonly NamedVersion[]) =>
    engineOf(some.find(({ name }) => name === engine || name === 'docker.io')?.version ?? '')
  const to = versionOf(kept) ?? 'what is kept'
  return { status: 'found', changes, from: versionOf(packages), to, newest: to }
}
