import { allOf, FieldError, optional } from '../fields.ts'
import type { Fields } from '../response.ts'

/** Docker's packages on a server, and what apt has of them. */
export interface DockerCandidates {
  readonly packages: readonly DockerPackage[]
  /** Versions that apt can install, of each package. */
  readonly versions: ReadonlyMap<string, readonly string[]>
  /** The one that apt prefers. */
  readonly candidates: ReadonlyMap<string, string>
  /** These are of the repository that is asked for, which is not set up yet. */
  readonly isStaged: boolean
  /** Packages that lie ready for the way back. */
  readonly kept: readonly NamedVersion[]
}

export type NamedVersion = { readonly name: string; readonly version: string }

export interface DockerPackage extends NamedVersion {
  readonly hold: 'none' | 'ours' | 'theirs'
}

export const readCandidates = (facts: Fields): DockerCandidates => ({
  packages: readPackages(facts),
  versions: readVersions(allOf(facts, 'candidates_version')),
  candidates: new Map(
    allOf(facts, 'candidates_candidate')
      .map(named)
      .map(({ name, version }) => [name, version]),
  ),
  isStaged: optional(facts, 'candidates_staged') !== undefined,
  kept: allOf(facts, 'candidates_kept').map(named),
})

function readPackages(facts: Fields): readonly DockerPackage[] {
  const ours = new Set(allOf(facts, 'candidates_our_hold'))
  return allOf(facts, 'candidates_package').map((line) => {
    const [, state = ''] = /\|(...?)$/.exec(line) ?? []
    const { name, version } = named(line.slice(0, line.lastIndexOf('|')))
    return { name, version, hold: !state.startsWith('h') ? 'none' : ours.has(name) ? 'ours' : 'theirs' }
  })
}

function readVersions(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const offers = new Map<string, string[]>()
  for (const { name, version } of lines.map(named)) {
    const known = offers.get(name)
    if (known === undefined) offers.set(name, [version])
    else known.push(version)
  }
  return offers
}

/** `docker-ce|5:27.3.1-1~ubuntu.24.04~noble` */
export function named(line: string): NamedVersion {
  const [, name, version] = /^([a-z0-9][a-z0-9+.-]*)\|([0-9][A-Za-z0-9.+:~-]*)$/.exec(line) ?? []
  if (name === undefined || version === undefined)
    throw new FieldError(`a package cannot be ${JSON.stringify(line.slice(0, 80))}`)
  return { name, version }
}
