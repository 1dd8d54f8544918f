import { dockerPackages } from '../unattended-upgrades/desired-config.ts'

type Pinning = {
  readonly hold: readonly string[]
  readonly origins: readonly string[]
  /** Whatever is newer, not only what is security's. */
  readonly allPackages: boolean
}

/**
 * apt's preferences for a security upgrade: security versions win even where -updates has newer ones, the release pocket gives
 * only what they newly depend on, and nothing else is taken; for all packages apt prefers as it does without. Docker's
 * packages and those that are held stay.
 */
export function pinsText({ hold, origins, allPackages }: Pinning): string {
  const left = [...dockerPackages, ...hold].join(' ')
  const leaving = [stanza(left, 'release a=now', 100), stanza(left, 'release a=/./', -1)]
  if (allPackages) return leaving.join('\n\n')
  return [
    ...leaving,
    stanza('*', 'release a=now', 100),
    ...['Ubuntu', 'UbuntuESM', 'UbuntuESMApps'].map((origin) => stanza('*', `release o=${origin},a=/-security$/`, 500)),
    stanza('*', 'release o=Debian,l=Debian-Security', 500),
    ...origins.map((origin) => stanza('*', `release ${releaseOf(origin)}`, 501)),
    stanza('*', 'release o=Ubuntu,a=/^[a-z]+$/', 50),
    stanza('*', 'release o=Debian,l=Debian', 50),
    stanza('*', 'release a=/./', -1),
  ].join('\n\n')
}

const stanza = (packages: string, pin: string, priority: number) =>
  `Package: ${packages}\nPin: ${pin}\nPin-Priority: ${priority}`

const letters: Readonly<Record<string, string>> = {
  origin: 'o',
  archive: 'a',
  suite: 'a',
  codename: 'n',
  label: 'l',
  component: 'c',
}

// `Docker:bookworm`, or unattended-upgrade's `origin=Docker,codename=bookworm`.
function releaseOf(origin: string): string {
  if (!origin.includes('=')) return origin.replace(/^([^:]+):(.+)$/, 'o=$1,a=$2')
  const parts = origin.split(',').map((part) => part.split('='))
  return parts.map(([key = '', value = '']) => `${letters[key] ?? key}=${value}`).join(',')
}
