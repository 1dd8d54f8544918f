import { compareVersions } from '../../remote/debian-version.ts'
import { engineOf } from '../../remote/engine-version.ts'

/** The numbers of an engine's version; those of what comes before a release count as the release's. */
export const numbersOf = (version: string): readonly number[] =>
  (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number)

/** What is offered for a wanted version: a full package version, and the newest release beside it. */
export type Resolved =
  | { readonly status: 'found'; readonly version: string; readonly newest: string }
  | { readonly status: 'missing'; readonly newest: string | undefined }

/**
 * The package version that a manifest's word stands for, among those that are offered. Three numbers are that very engine:
 * `27.3.1` is never 27.3.10. Fewer are the newest release among those that begin so, number by number; `latest` is the newest
 * of all; a whole package version is itself. What comes before a release is taken only by its own name.
 */
export function resolveVersion(wanted: string, offered: readonly string[]): Resolved {
  const newestFirst = offered.toSorted((a, b) => compareVersions(b, a))
  const newest = newestFirst.find((version) => isRelease(engineOf(version)))
  const version = newestFirst.find((one) => one === wanted) ?? newestFirst.find((one) => isMeant(wanted, engineOf(one)))
  if (version === undefined) return { status: 'missing', newest }
  return { status: 'found', version, newest: newest ?? version }
}

const isRelease = (engine: string | undefined) => engine !== undefined && !engine.includes('-')

function isMeant(wanted: string, engine: string | undefined): boolean {
  if (engine === undefined) return false
  if (wanted === 'latest') return isRelease(engine)
  const plain = wanted.replace(/-ce$/, '')
  if (!/^\d+(\.\d+)?$/.test(plain)) return engine === plain
  return isRelease(engine) && `${engine}.`.startsWith(`${plain}.`)
}
