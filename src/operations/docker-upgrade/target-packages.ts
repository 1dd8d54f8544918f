import { compareVersions } from '../../remote/debian-version.ts'
import { engineOf } from '../../remote/engine-version.ts'
import type { NamedVersion, Offers } from '../../remote/facts/offers.ts'
import { resolveVersion } from './resolve-version.ts'

/** One package that changes; `from` is null for one that comes new. */
export type Move = { readonly name: string; readonly from: string | null; readonly to: string }

/** What the packages are to be, or why that cannot be. */
export type Wanted =
  | {
      readonly is: 'found'
      readonly moves: readonly Move[]
      /** Versions of the engine: what is installed, what it is to be, and the newest that is offered. */
      readonly from: string | undefined
      readonly to: string
      readonly newest: string
    }
  | { readonly is: 'missing'; readonly why: string }

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
export function dockersOwn(wanted: string, { packages, versions }: Offers, installs: boolean): Wanted {
  const resolved = resolveVersion(wanted, versions.get(engine) ?? [])
  if (resolved.is === 'missing') return { is: 'missing', why: notOffered(wanted, resolved.newest) }
  const { version: target, newest } = resolved
  const installed = new Map(packages.map(({ name, version }) => [name, version]))
  const from = installed.get(engine)
  const isDown = from !== undefined && compareVersions(target, from) < 0
  const named = from === undefined && installs ? [engine, 'docker-ce-cli', ...companions] : [...engines, ...companions]
  const moves = named.flatMap((name): Move[] => {
    const have = installed.get(name)
    if (have === undefined && from !== undefined) return []
    const to = engines.includes(name) ? target : newestOf(versions.get(name))
    if (to === undefined || have === to) return []
    // What goes with an older engine is as good with a newer companion, and is left as it is.
    if (!engines.includes(name) && have !== undefined && (isDown || compareVersions(to, have) < 0)) return []
    return [{ name, from: have ?? null, to }]
  })
  const lacking = moves.find(({ name, to }) => !versions.get(name)?.includes(to))
  if (lacking !== undefined)
    return { is: 'missing', why: `${lacking.name} ${lacking.to} is not offered beside its engine` }
  return {
    is: 'found',
    moves,
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
export function distributionsOwn(offers: Offers): Wanted {
  const { packages, candidates } = offers
  const have = packages.filter(({ name }) => distributionNames.includes(name))
  const docker = have.find(({ name }) => name === 'docker.io')
  const moves = have.flatMap(({ name, version }): Move[] => {
    const to = candidates.get(name)
    return to === undefined || compareVersions(to, version) <= 0 ? [] : [{ name, from: version, to }]
  })
  const now = docker?.version ?? ''
  const then = moves.find(({ name }) => name === 'docker.io')?.to ?? now
  return { is: 'found', moves, from: engineOf(now), to: engineOf(then) ?? then, newest: engineOf(then) ?? then }
}

/** What the last upgrade has kept, against what is installed. */
export function keptPackages({ packages, kept }: Offers): Wanted {
  if (kept.length === 0) return { is: 'missing', why: 'no packages are kept here to go back to' }
  const installed = new Map(packages.map(({ name, version }) => [name, version]))
  const moves = kept.flatMap(({ name, version }): Move[] =>
    installed.get(name) === version ? [] : [{ name, from: installed.get(name) ?? null, to: version }],
  )
  const versionOf = (some: readonly NamedVersion[]) =>
    engineOf(some.find(({ name }) => name === engine || name === 'docker.io')?.version ?? '')
  const to = versionOf(kept) ?? 'what is kept'
  return { is: 'found', moves, from: versionOf(packages), to, newest: to }
}
