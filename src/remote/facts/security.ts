import { allOf, FieldError, wholeNumber } from '../fields.ts'
import type { Fields } from '../response.ts'

/** What apt would install under the pins of a security upgrade. */
export interface Security {
  readonly packages: readonly Planned[]
  /** Package files whose priority is not the one that the pins give: what is installed from there nobody has foreseen. */
  readonly wrongSources: readonly string[]
  readonly downloadBytes: number
}

/** One package of an upgrade; `from` is undefined for one that comes new, as a dependency. */
export type Planned = {
  readonly name: string
  readonly from: string | null
  readonly to: string
  /** As apt names it: `Ubuntu:24.04/noble-security`. */
  readonly origin: string
}

/** What apt would do under the pins, and whether the pins hold. */
export const readSecurity = (facts: Fields): Security => ({
  packages: allOf(facts, 'security_inst').map(readInst),
  wrongSources: wrongSources(allOf(facts, 'security_source')),
  downloadBytes: wholeNumber(facts, 'security_bytes'),
})

// `Inst libc6 [2.36-9] (2.36-9+deb12u4 Debian-Security:12/stable-security [amd64]) []`, without [2.36-9] for a new one.
function readInst(line: string): Planned {
  const found = /^Inst (?<name>\S+) (?:\[(?<from>[^\]]+)\] )?\((?<to>\S+) (?<origin>.*?) ?\[[a-z0-9]+\]\)/.exec(
    line,
  )?.groups
  const { name, from, to, origin } = found ?? {}
  if (name === undefined || to === undefined)
    throw new FieldError(`a line of apt-get is no package: ${line.slice(0, 80)}`)
  return { name, from: from ?? null, to, origin: origin ?? '' }
}

// Pairs of `500 http://… noble-security/main amd64 Packages` and `release o=Ubuntu,a=noble-security,…` in apt-cache's policy.
function wrongSources(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, index) => {
    const [, priority, where = ''] = /^\s*(-?\d+) (.+)$/.exec(line) ?? []
    if (priority === undefined) return []
    const release = /^\s*release (.*)$/.exec(lines[index + 1] ?? '')?.[1]
    return isRight(Number(priority), where, release) ? [] : [`${where} (priority ${priority})`]
  })
}

function isRight(priority: number, where: string, release: string | undefined): boolean {
  if (where.endsWith('/var/lib/dpkg/status')) return priority === 100
  if (release === undefined) return priority < 0
  // What the pins raise to 500 they raise by name; nothing else may be above what is installed.
  return (
    priority < 100 || (priority === 500 && /-security\b|(^|,)l=Debian-Security(,|$)/.test(release)) || priority === 501
  )
}
