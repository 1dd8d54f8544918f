import { allOf, optionalWholeNumber, wholeNumber } from '../fields.ts'
import type { Fields } from '../response.ts'
import { type NewerPackage, newerPackages, securityOrigins } from './apt-versions.ts'

export interface PendingUpgrades {
  /** Upgrades with a fix in a security pocket, also where -updates already holds a newer version. */
  readonly security: readonly Upgrade[]
  readonly otherCount: number
  readonly held: readonly string[]
  readonly keptBack: readonly { readonly name: string; readonly why: string }[]
  /** As in `Ubuntu:noble-security`: where fixes would come from, by the lists that are there. */
  readonly securityOrigins: readonly string[]
  /** Age of the newest package list; undefined: never fetched. */
  readonly listsAgeSeconds: number | undefined
}

export interface Upgrade {
  readonly name: string
  readonly from: string
  readonly to: string
  /** As in `Ubuntu:noble-security`. */
  readonly origin: string
}

/** What is pending on the lists as they are. A fix in a security pocket counts also where -updates already holds a newer version. */
export function readUpgrades(facts: Fields): PendingUpgrades {
  const newer = newerPackages(allOf(facts, 'upgrades_newer'), allOf(facts, 'upgrades_source'))
  const security = newer.flatMap(securityUpgrade)
  const isSecurity = new Set(security.map(({ name }) => name))
  const listedAt = optionalWholeNumber(facts, 'upgrades_listed_at')
  return {
    security,
    otherCount: newer.filter((one) => isUpgrade(one) && !isSecurity.has(one.name)).length,
    held: allOf(facts, 'upgrades_held'),
    securityOrigins: securityOrigins(allOf(facts, 'upgrades_source')),
    keptBack: keptBack(newer, isSecurity, facts),
    listsAgeSeconds: listedAt === undefined ? undefined : Math.max(0, wholeNumber(facts, 'at') - listedAt),
  }
}

function securityUpgrade({ name, installed, versions }: NewerPackage): readonly Upgrade[] {
  for (const { version, sources } of versions) {
    const source = sources.find(({ isSecurity }) => isSecurity)
    if (source !== undefined) return [{ name, from: installed, to: version, origin: source.name }]
  }
  return []
}

// Versions of backports and the like are there to be asked for by name.
const isUpgrade = ({ installed, candidate }: NewerPackage) => candidate !== installed

function keptBack(
  newer: readonly NewerPackage[],
  isSecurity: ReadonlySet<string>,
  facts: Fields,
): PendingUpgrades['keptBack'] {
  const planned = namesOf(allOf(facts, 'upgrades_inst'), 'Inst')
  const held = new Set(allOf(facts, 'upgrades_held'))
  return newer
    .filter((one) => !planned.has(one.name) && !held.has(one.name) && (isUpgrade(one) || isSecurity.has(one.name)))
    .map((one) => ({ name: one.name, why: whyKept(one, allOf(facts, 'upgrades_full')) }))
}

function whyKept(one: NewerPackage, full: readonly string[]): string {
  if (!isUpgrade(one)) return 'pinned below the installed version'
  const phased = one.versions.find(({ version }) => version === one.candidate)?.phased
  if (phased !== undefined) return `phased, given to ${phased} of all servers so far`
  if (!namesOf(full, 'Inst').has(one.name)) return 'what it depends on cannot be had'
  const removed = [...namesOf(full, 'Remv')]
  return removed.length === 0 ? 'needs a full upgrade' : `a full upgrade would remove ${removed.join(', ')}`
}

// `Inst bash [5.2.15-2+b8] (5.2.15-2+b9 Debian:12.15/oldstable [amd64])`
const namesOf = (lines: readonly string[], verb: 'Inst' | 'Remv'): ReadonlySet<string> =>
  new Set(lines.filter((line) => line.startsWith(`${verb} `)).map((line) => line.split(' ')[1] ?? ''))
