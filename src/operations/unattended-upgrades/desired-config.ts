import { UsageError } from '../../base/errors.ts'
import { aptOrigin, packagePattern } from '../../base/forms.ts'
import { isDaily, isTrue } from '../../remote/facts/unattended.ts'
import type { UnattendedOptions } from './options.ts'

/** The family of a system decides which origins are its security. */
export type Family = 'ubuntu' | 'debian'

/** Sorts after the files of packages (20auto-upgrades, 50unattended-upgrades) and before what an admin puts last. */
export const ourFile = '/etc/apt/apt.conf.d/52maestro-unattended-upgrades'

export const listNames = {
  allowed: 'Unattended-Upgrade::Allowed-Origins',
  patterns: 'Unattended-Upgrade::Origins-Pattern',
  never: 'Unattended-Upgrade::Package-Blacklist',
  days: 'Unattended-Upgrade::Update-Days',
} as const

type Scalar = {
  readonly name: string
  readonly value: string
  /** Whether what holds on a server does as well; undefined: it is not set. */
  readonly isMet: (value: string | undefined) => boolean
}

const daily = (value: string | undefined) => isDaily(value ?? '0')
const isNotTrue = (value: string | undefined) => !isTrue(value)

export const scalars: readonly Scalar[] = [
  { name: 'APT::Periodic::Enable', value: '1', isMet: (value) => value === undefined || !/^0+$/.test(value) },
  { name: 'APT::Periodic::Update-Package-Lists', value: '1', isMet: daily },
  { name: 'APT::Periodic::Unattended-Upgrade', value: '1', isMet: daily },
  { name: 'Unattended-Upgrade::Automatic-Reboot', value: 'false', isMet: isNotTrue },
  { name: 'Unattended-Upgrade::InstallOnShutdown', value: 'false', isMet: isNotTrue },
]

// Ubuntu's release pocket never gets a new version; what a fix newly depends on comes from there. Debian's gets point
// releases, so it is not among them.
const familyOrigins: Readonly<Record<Family, Origins>> = {
  ubuntu: {
    security: [
      `\${distro_id}:\${distro_codename}-security`,
      `\${distro_id}ESMApps:\${distro_codename}-apps-security`,
      `\${distro_id}ESM:\${distro_codename}-infra-security`,
    ],
    release: [`\${distro_id}:\${distro_codename}`],
  },
  debian: { security: [`origin=Debian,codename=\${distro_codename}-security,label=Debian-Security`], release: [] },
}

export interface Origins {
  readonly security: readonly string[]
  /** Where only dependencies come from. */
  readonly release: readonly string[]
}

export function originsFor(family: Family, { origins }: UnattendedOptions): Origins {
  const { security, release } = familyOrigins[family]
  return { security: [...security, ...origins], release }
}

/** What only an upgrade of Docker that is asked for touches: a new engine restarts every container. */
export const dockerPackages: readonly string[] = [
  ...['docker-ce', 'docker-ce-cli', 'docker-ce-rootless-extras', 'docker-buildx-plugin', 'docker-compose-plugin'],
  ...['containerd.io', 'docker.io', 'containerd', 'runc'],
]

/** Regular expressions of the packages that the nights leave alone; unattended-upgrade holds each against the start of a name. */
export const neverTaken = ({ hold }: UnattendedOptions): readonly string[] => [
  ...new Set([...dockerPackages, ...hold].map((name) => `${regexOf(name)}$`)),
]

const regexOf = (pattern: string) =>
  pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')

const header = '// Written by maestro.'

export const isOurs = (text: string): boolean => text.startsWith(header)

/** The whole of our file. It clears the lists that it owns, since apt appends to them, and only adds to the packages left alone. */
export function fileText(family: Family, options: UnattendedOptions): string {
  const { security, release } = originsFor(family, options)
  const origins = [...release, ...security]
  return [
    `${header} \`maestro unattended-upgrades --remove\` takes this file away and puts back what was there before.`,
    '// Changes to it are lost with the next run: files that sort after it have the last word.',
    ...scalars.map(({ name, value }) => `${name} "${value}";`),
    ...[listNames.days, listNames.allowed, listNames.patterns].map((name) => `#clear ${name};`),
    ...listText(
      listNames.allowed,
      origins.filter((one) => !isPattern(one)),
    ),
    ...listText(listNames.patterns, origins.filter(isPattern)),
    ...listText(listNames.never, neverTaken(options)),
    '',
  ].join('\n')
}

const listText = (name: string, items: readonly string[]) =>
  items.length === 0 ? [] : [`${name} {`, ...items.map((item) => `  "${item}";`), '};']

export const isPattern = (origin: string): boolean => origin.includes('=')

/** Throws a UsageError for what unattended-upgrade could not read: it would end without an upgrade each night. */
export function checkOptions({ origins, hold }: UnattendedOptions): void {
  const [bad] = [
    ...origins.filter((origin) => !aptOrigin.matches(origin)),
    ...hold.filter((name) => !packagePattern.matches(name)),
  ]
  if (bad === undefined) return
  throw new UsageError(`unattended-upgrades cannot be told of ${JSON.stringify(bad)}`, {
    hint: 'maestro.security.origins takes Docker:bookworm or origin=Docker,codename=bookworm; hold takes names of packages',
  })
}
