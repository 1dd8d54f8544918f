import type { System } from '../remote/facts/system.ts'

/** Until when a release gets security fixes. */
export interface SupportStatus {
  readonly status: 'supported' | 'extended' | 'ended' | 'unknown'
  /** A sentence for people where support has ended or will within 90 days. */
  readonly concern: string | undefined
}

type Release = { readonly standard: string; readonly extended?: string; readonly extendedBy?: string }

// Last days, from distro-info-data 0.58+deb12u7 (ubuntu.csv eol and eol-esm, debian.csv eol and eol-lts).
const pro = 'Ubuntu Pro'
const lts = 'Debian LTS'
const releases: Readonly<Record<string, Release>> = {
  'ubuntu 18.04': { standard: '2023-05-31', extended: '2028-04-26', extendedBy: pro },
  'ubuntu 20.04': { standard: '2025-05-29', extended: '2030-04-23', extendedBy: pro },
  'ubuntu 22.04': { standard: '2027-06-01', extended: '2032-04-21', extendedBy: pro },
  'ubuntu 24.04': { standard: '2029-05-31', extended: '2034-04-25', extendedBy: pro },
  'ubuntu 24.10': { standard: '2025-07-10' },
  'ubuntu 25.04': { standard: '2026-01-15' },
  'ubuntu 25.10': { standard: '2026-07-09' },
  'ubuntu 26.04': { standard: '2031-05-29', extended: '2036-04-23', extendedBy: pro },
  'ubuntu 26.10': { standard: '2027-07-15' },
  'debian 10': { standard: '2022-09-10', extended: '2024-06-30', extendedBy: lts },
  'debian 11': { standard: '2024-08-14', extended: '2026-08-31', extendedBy: lts },
  'debian 12': { standard: '2026-07-11', extended: '2028-06-30', extendedBy: lts },
  'debian 13': { standard: '2028-08-09', extended: '2030-06-30', extendedBy: lts },
}

const soonSeconds = 90 * 86_400

/** How long a system still gets security fixes; `unknown` for one that is not in the table. */
export function supportStatus({ id, release, name }: System, nowSeconds: number): SupportStatus {
  const found = releases[`${id} ${release}`]
  if (found === undefined) return { status: 'unknown', concern: undefined }
  const { standard, extended, extendedBy = '' } = found
  if (nowSeconds < endOf(standard) - soonSeconds) return { status: 'supported', concern: undefined }
  if (nowSeconds < endOf(standard)) return { status: 'supported', concern: `support of ${name} ends on ${standard}` }
  if (extended === undefined || nowSeconds >= endOf(extended)) {
    return { status: 'ended', concern: `${name} is out of support since ${extended ?? standard}: no security fixes` }
  }
  return { status: 'extended', concern: `${name} gets security fixes only by ${extendedBy}, until ${extended}` }
}

const endOf = (day: string) => Date.parse(`${day}T23:59:59Z`) / 1000
