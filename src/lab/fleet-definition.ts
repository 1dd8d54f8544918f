/** A server of the lab, before it is there: what it is for, and what is due on it. */
export interface LabServerDefinition {
  readonly name: string
  /** Component of the manifest. */
  readonly group: string
  readonly address: string
  /** What is with it, for people. */
  readonly story: string
  /** dpkg's table: name, version, state as in `dpkg -l`. */
  readonly packages: readonly (readonly [name: string, version: string, state?: 'ii' | 'hi'])[]
  /** What the archive has beyond that: name, version, pocket, and a new package that comes with it. */
  readonly archive: readonly (readonly [name: string, version: string, pocket: Pocket, brings?: string])[]
  /** Services that link what an upgrade of a library replaces. */
  readonly services: readonly string[]
  /** Containers, where there is Docker. */
  readonly containers?: readonly string[]
  /** What has asked for a restart since the last one. */
  readonly wantsRestart?: readonly string[]
  /** Whether upgrades install themselves at night. */
  readonly isNightly: boolean
}

type Pocket = 'noble' | 'noble-updates' | 'noble-security'
type Kind = Omit<LabServerDefinition, 'name' | 'address'>

const base: LabServerDefinition['packages'] = [
  ['curl', '8.5.0-2ubuntu10.1'],
  ['libc6', '2.39-0ubuntu8.2'],
  ['libssl3t64', '3.0.13-0ubuntu3.2'],
  ['openssl', '3.0.13-0ubuntu3.2'],
  ['tzdata', '2024a-3ubuntu1'],
]
const current: LabServerDefinition['packages'] = [
  ['curl', '8.5.0-2ubuntu10.6'],
  ['libc6', '2.39-0ubuntu8.4'],
  ['libssl3t64', '3.0.13-0ubuntu3.5'],
  ['openssl', '3.0.13-0ubuntu3.5'],
  ['tzdata', '2024b-0ubuntu0.24.04'],
]
const openssl: LabServerDefinition['archive'] = [
  ['libssl3t64', '3.0.13-0ubuntu3.5', 'noble-security'],
  ['openssl', '3.0.13-0ubuntu3.5', 'noble-security'],
]
const kernel: LabServerDefinition['archive'] = [
  ['linux-image-6.8.0-45-generic', '6.8.0-45.45', 'noble-security'],
  ['linux-image-generic', '6.8.0-45.45', 'noble-security', 'linux-image-6.8.0-45-generic'],
]
const timezones: LabServerDefinition['archive'] = [['tzdata', '2024b-0ubuntu0.24.04', 'noble-updates']]

const web: Kind = {
  group: 'docker',
  story: 'behind lb-1; security upgrades and a kernel are due',
  packages: [...base, ['docker-ce', '5:27.5.1-1~ubuntu.24.04~noble'], ['nginx', '1.24.0-2ubuntu7']],
  archive: [...openssl, ...kernel, ...timezones],
  services: ['nginx.service'],
  containers: ['shop-web', 'shop-worker'],
  isNightly: true,
}
const database: Kind = {
  group: 'postgresql',
  story: 'the only database; due, and a restart is wanted since three days',
  packages: [...base, ['libpq5', '16.3-0ubuntu0.24.04.1'], ['postgresql-16', '16.3-0ubuntu0.24.04.1']],
  archive: [
    ['libpq5', '16.4-0ubuntu0.24.04.2', 'noble-security'],
    ['postgresql-16', '16.4-0ubuntu0.24.04.2', 'noble-security'],
    ...openssl,
    ...timezones,
  ],
  services: ['postgresql@16-main.service'],
  wantsRestart: ['libc6'],
  isNightly: false,
}
const balancer: Kind = {
  group: 'load_balancer',
  story: 'HAProxy before the web servers; a security upgrade is due',
  packages: [...base, ['haproxy', '2.8.5-1ubuntu3']],
  archive: [['haproxy', '2.8.5-1ubuntu3.2', 'noble-security'], ...timezones],
  services: [],
  isNightly: true,
}
const search: Kind = {
  group: 'elasticsearch',
  story: 'one package is held, though a fix for it is there',
  packages: [...base, ['openjdk-17-jre-headless', '17.0.11+9-1', 'hi']],
  archive: [
    ['curl', '8.5.0-2ubuntu10.6', 'noble-security'],
    ['openjdk-17-jre-headless', '17.0.13+11-2ubuntu1~24.04', 'noble-security'],
  ],
  services: [],
  isNightly: true,
}
const cache: Kind = {
  group: 'redis',
  story: 'nothing is due',
  packages: current,
  archive: [],
  services: [],
  isNightly: true,
}

const fleet: readonly (readonly [name: string, kind: Kind])[] = [
  ['web-1', web],
  ['web-2', web],
  ['db-1', database],
  ['lb-1', balancer],
  ['search-1', search],
  ['cache-1', cache],
]

/** The servers of a lab of this size: two behind a load balancer, a database, one with a held package, one in order, and more of the web's. */
export function labFleet(count = fleet.length): readonly LabServerDefinition[] {
  return Array.from({ length: count }, (_, index) => {
    // Past the fleet they are web-3, web-4, …
    const [name, kind] = fleet[index] ?? [`web-${index - fleet.length + 3}`, web]
    return { name, address: `10.66.${Math.floor(index / 250)}.${(index % 250) + 1}`, ...kind }
  })
}
